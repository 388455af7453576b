namespace Platform.Api.Store.Orders;

/// <summary>
/// Moves money. The platform brings <see cref="DevelopmentPaymentGateway"/>; whoever runs it for real brings the one of their
/// provider, and nothing else changes.
/// </summary>
/// <remarks>
/// What an implementation owes: asked again with the same <c>Id</c>, at the same time or a day later, it moves the money
/// once and gives the same answer (providers call it an idempotency key). An exception, a timeout included, says nothing
/// of what happened; the platform then asks again until there is an answer.
/// </remarks>
internal interface IPaymentGateway
{
    /// <summary>Takes money from the buyer.</summary>
    Task<PaymentAnswer> ChargeAsync(ChargeRequest charge, CancellationToken cancellationToken);

    /// <summary>Gives all of a charge back.</summary>
    Task<PaymentAnswer> RefundAsync(RefundRequest refund, CancellationToken cancellationToken);
}

/// <summary>A charge to make.</summary>
/// <param name="Id">The payment: the key under which the provider does it once.</param>
/// <param name="OrderId">What it is for.</param>
/// <param name="Amount">Two decimals.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Method">What is charged, as the provider named it to the buyer's browser; no number of a card ever comes here.</param>
internal sealed record ChargeRequest(Guid Id, Guid OrderId, decimal Amount, string Currency, string Method);

/// <summary>A refund to make.</summary>
/// <param name="Id">The payment: the key under which the provider does it once.</param>
/// <param name="OrderId">What it is for.</param>
/// <param name="Amount">Two decimals.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="ChargeReference">The provider's number of the charge.</param>
internal sealed record RefundRequest(Guid Id, Guid OrderId, decimal Amount, string Currency, string ChargeReference);

/// <summary>What the provider answered, for good.</summary>
/// <param name="Reference">The provider's number of it; null when it was refused.</param>
/// <param name="Refusal">Why it was refused, in words for the buyer; null when it was done.</param>
internal sealed record PaymentAnswer(string? Reference, string? Refusal);
