using System.Buffers.Binary;

namespace Platform.Api.Store.Orders;

/// <summary>
/// Moves no money and does what the method of payment tells it to. It remembers nothing: the answer follows from the
/// request, so that all processes, before and after a crash, give the same.
/// </summary>
internal sealed class DevelopmentPaymentGateway(IServiceProvider services, StoreSettings settings, TimeProvider clock) : IPaymentGateway
{
    /// <summary>It is charged.</summary>
    internal const string Works = "test-works";

    /// <summary>It is refused.</summary>
    internal const string Refused = "test-refused";

    /// <summary>It is charged, but no answer comes in time; whoever asks again after <see cref="StoreSettings.PaymentTimeout"/> gets one.</summary>
    internal const string TimesOut = "test-times-out";

    /// <summary>It is charged, and said twice: by a notification, and by the answer.</summary>
    internal const string AnswersTwice = "test-answers-twice";

    public async Task<PaymentAnswer> ChargeAsync(ChargeRequest charge, CancellationToken cancellationToken)
    {
        var answer = new PaymentAnswer($"dev-{charge.Id:N}", null);
        switch (charge.Method)
        {
            case Works:
                return answer;
            case TimesOut when clock.GetUtcNow() - MadeAt(charge.Id) < settings.PaymentTimeout:
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
                return answer;
            case TimesOut:
                return answer;
            case AnswersTwice:
                // As a provider's notification would, which comes by itself, before or after the answer.
                await services.GetRequiredService<Payments>().SettleAsync(charge.OrderId, charge.Id, answer, cancellationToken);
                return answer;
            default:
                return new PaymentAnswer(null, charge.Method == Refused ? "The bank said no." : "The method of payment is unknown.");
        }
    }

    public Task<PaymentAnswer> RefundAsync(RefundRequest refund, CancellationToken cancellationToken) =>
        Task.FromResult(new PaymentAnswer($"dev-{refund.Id:N}", null));

    // A UUIDv7 begins with the milliseconds since 1970 (RFC 9562, 5.7).
    private static DateTimeOffset MadeAt(Guid id) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(id.ToByteArray(bigEndian: true)) >> 16));
}
