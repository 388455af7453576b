using System.Collections.Concurrent;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Store.Orders;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

/// <summary>A payment provider that answers what a test tells it to, when it tells it to, and remembers what it was asked.</summary>
internal sealed class ToldGateway(Func<Guid, Task<PaymentAnswer>> answer) : IPaymentGateway
{
    /// <summary>The ids of what it was asked for, each as often as it was asked.</summary>
    public ConcurrentQueue<Guid> Asked { get; } = new();

    public Task<PaymentAnswer> ChargeAsync(ChargeRequest charge, CancellationToken cancellationToken) => AnswerAsync(charge.Id, cancellationToken);

    public Task<PaymentAnswer> RefundAsync(RefundRequest refund, CancellationToken cancellationToken) => AnswerAsync(refund.Id, cancellationToken);

    /// <summary>An Api that pays by it.</summary>
    public WebApplicationFactory<Program> Host(TestDatabase database, params (string Key, string Value)[] settings) =>
        ApiFixture.Host(database, settings).WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddSingleton<IPaymentGateway>(this)));

    /// <summary>What is answered when the money has moved.</summary>
    public static PaymentAnswer Done(Guid id) => new($"told-{id:N}", null);

    private Task<PaymentAnswer> AnswerAsync(Guid id, CancellationToken cancellationToken)
    {
        Asked.Enqueue(id);
        return answer(id).WaitAsync(cancellationToken);
    }
}
