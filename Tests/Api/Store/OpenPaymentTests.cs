using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Data;
using Platform.Api.Store.Orders;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

/// <summary>Between asking for money and knowing what became of it.</summary>
public sealed class OpenPaymentTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_provider_thinks_nothing_else_happens_to_the_order()
    {
        var told = new TaskCompletionSource<PaymentAnswer>();
        var gateway = new ToldGateway(_ => told.Task);
        await using var host = gateway.Host(api.Database);
        var (buyer, order, variant) = await api.OrderedAsync();
        using var payer = host.ClientLike(buyer);

        var paying = payer.PayAsync(order);
        await Eventually.HoldsAsync(() => Task.FromResult(!gateway.Asked.IsEmpty), "the provider is asked");
        await EndReservationAsync(order);

        Assert.Equal(0, await host.Services.ExpireOrdersAsync());
        (await buyer.DoAsync(order, "cancel")).AssertProblem(HttpStatusCode.Conflict, "payments");
        Assert.Equal(["charge requested"], (await buyer.ReadAsync(order)).Payments());
        Assert.Equal((10, 2), await api.Admin.StockAsync(variant));
        told.SetResult(ToldGateway.Done(gateway.Asked.First()));
        (await paying).AssertIs("paid");
    }

    [Fact]
    public async Task Who_pays_again_meanwhile_asks_for_the_same_payment()
    {
        var told = new TaskCompletionSource<PaymentAnswer>();
        var gateway = new ToldGateway(_ => told.Task);
        await using var host = gateway.Host(api.Database);
        var (buyer, order, _) = await api.OrderedAsync();
        using var payer = host.ClientLike(buyer);

        var paying = Enumerable.Range(0, 4).Select(_ => payer.PayAsync(order)).ToArray();
        await Eventually.HoldsAsync(() => Task.FromResult(gateway.Asked.Count == 4), "the provider is asked four times");
        told.SetResult(ToldGateway.Done(gateway.Asked.First()));
        var answers = await Task.WhenAll(paying);

        Assert.All(answers, answer => answer.AssertIs("paid"));
        Assert.Single(gateway.Asked.Distinct());
        Assert.Equal(["charge succeeded"], (await buyer.ReadAsync(order)).Payments());
    }

    [Fact]
    public async Task A_charge_that_nobody_saw_the_answer_of_is_asked_for_again_and_settled()
    {
        var answers = false;
        var gateway = new ToldGateway(id => answers ? Task.FromResult(ToldGateway.Done(id)) : throw new HttpRequestException("gone"));
        await using var host = gateway.Host(api.Database);
        var (buyer, order, variant) = await api.OrderedAsync();
        using var payer = host.ClientLike(buyer);

        var unknown = await payer.PayAsync(order);
        Assert.Equal((HttpStatusCode.Accepted, "pending"), (unknown.Status, unknown.Body!["status"]!.GetValue<string>()));
        Assert.Equal(["charge requested"], unknown.Body.Payments());
        await EndReservationAsync(order);
        await api.Database.ExecuteAsync("UPDATE store.payments SET created_at = now() - interval '1 hour' WHERE order_id = $1", order.OrderId());
        answers = true;
        await AskForOpenAsync(host);

        Assert.Equal("paid", await buyer.StatusAsync(order));
        Assert.Single(gateway.Asked.Distinct());
        Assert.Equal((10, 2), await api.Admin.StockAsync(variant));
    }

    [Fact]
    public async Task When_it_turns_out_to_be_refused_the_order_goes_its_way()
    {
        var gateway = new ToldGateway(_ => Task.FromResult(new PaymentAnswer(null, "No money.")));
        await using var host = gateway.Host(api.Database);
        var (buyer, order, variant) = await api.OrderedAsync();
        await api.Database.ExecuteAsync("""
            INSERT INTO store.payments (id, order_id, kind, status, amount, currency, method, created_at)
            SELECT gen_random_uuid(), id, 'charge', 'requested', total, currency, 'lost', now() - interval '1 hour' FROM store.orders WHERE id = $1
            """, order.OrderId());
        await EndReservationAsync(order);
        Assert.Equal(0, await host.Services.ExpireOrdersAsync());

        await AskForOpenAsync(host);

        await Eventually.HoldsAsync(async () => await host.Services.ExpireOrdersAsync() > 0 || await buyer.StatusAsync(order) == "expired", "expired");
        Assert.Equal(["charge refused"], (await buyer.ReadAsync(order)).Payments());
        Assert.Equal((10, 0), await api.Admin.StockAsync(variant));
    }

    [Fact]
    public async Task An_order_is_not_shipped_while_its_money_may_be_on_its_way_back()
    {
        var answers = true;
        var gateway = new ToldGateway(id => answers ? Task.FromResult(ToldGateway.Done(id)) : throw new TimeoutException());
        await using var host = gateway.Host(api.Database);
        var (buyer, order, variant) = await api.OrderedAsync();
        using var payer = host.ClientLike(buyer);
        using var staff = host.ClientLike(api.Admin);
        (await payer.PayAsync(order)).AssertIs("paid");

        answers = false;
        Assert.Equal(HttpStatusCode.Accepted, (await staff.DoAsync(order, "refund")).Status);
        (await staff.DoAsync(order, "ship")).AssertProblem(HttpStatusCode.Conflict, "payments");
        answers = true;
        (await staff.DoAsync(order, "refund")).AssertIs("refunded");

        Assert.Equal(["charge succeeded", "refund succeeded"], (await buyer.ReadAsync(order)).Payments());
        Assert.Equal(2, gateway.Asked.Distinct().Count());
        Assert.Equal((10, 0), await api.Admin.StockAsync(variant));
    }

    [Fact]
    public async Task A_provider_that_is_too_slow_is_asked_again_later_and_has_charged_once()
    {
        await using var host = ApiFixture.Host(api.Database, ("Store:PaymentTimeout", "00:00:01"), ("Database:RequestDeadline", "00:00:01"));
        var (buyer, order, _) = await api.OrderedAsync();
        using var payer = host.ClientLike(buyer);

        var first = await payer.PayAsync(order, "test-times-out");
        var second = await payer.PayAsync(order);

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        second.AssertIs("paid");
        Assert.Equal(["charge succeeded"], (await buyer.ReadAsync(order)).Payments());
    }

    [Fact]
    public async Task Without_a_provider_nothing_is_paid()
    {
        await using var host = ApiFixture.Host(api.Database, ("Store:TestPayments", "false"));
        var (buyer, order, _) = await api.OrderedAsync();
        using var payer = host.ClientLike(buyer);

        (await payer.PayAsync(order)).AssertProblem(HttpStatusCode.ServiceUnavailable);

        Assert.Empty((await buyer.ReadAsync(order)).Payments());
    }

    private Task<int> EndReservationAsync(string order) =>
        api.Database.ExecuteAsync("UPDATE store.orders SET reserved_until = now() - interval '1 second' WHERE id = $1", order.OrderId());

    private static async Task AskForOpenAsync(WebApplicationFactory<Program> host)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await host.Services.GetRequiredService<Payments>().AskForOpenAsync(scope.ServiceProvider.GetRequiredService<PlatformDbContext>(), 100, Ct);
    }
}
