using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

/// <summary>Two Api processes' worth of services on one database: nothing is sold twice, whoever comes when.</summary>
public sealed class OversellTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    // Orders that hold copies, against what is held.
    private const string HeldAmiss = """
        SELECT count(*) FROM store.inventory s WHERE reserved <> coalesce((
            SELECT sum(i.quantity) FROM store.order_items i JOIN store.orders o ON o.id = i.order_id
            WHERE i.variant_id = s.variant_id AND o.status IN ('pending', 'paid')), 0)
        """;

    private WebApplicationFactory<Program> _other = null!;

    public ValueTask InitializeAsync()
    {
        _other = ApiFixture.Host(api.Database);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Two_hundred_buyers_and_one_copy_make_one_order()
    {
        var variant = (await api.Admin.AddStockedAsync(1)).Variant();
        var buyers = new List<(HttpClient Here, HttpClient There, Guid Address)>();
        for (var i = 0; i < 20; i++)
        {
            var (client, address) = await api.BuyerAsync();
            buyers.Add((client, _other.ClientLike(client), address));
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(n =>
        {
            var (here, there, address) = buyers[n % buyers.Count];
            return (n / buyers.Count % 2 == 0 ? here : there).OrderAsync(address, variant);
        }));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer =>
        {
            answer.AssertProblem(HttpStatusCode.Conflict, "items[0].quantity");
            Assert.Equal(0, answer.Body!["shortages"]![0]!["available"]!.GetValue<int>());
        });
        Assert.Equal((1, 1), await api.Admin.StockAsync(variant));
        Assert.Equal(0, await api.Database.ScalarAsync<long>(HeldAmiss));
    }

    [Fact]
    public async Task Many_variants_in_any_order_are_taken_all_or_none_and_nobody_waits_in_a_circle()
    {
        var variants = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            variants.Add((await api.Admin.AddStockedAsync(15)).Variant());
        }

        var (here, address) = await api.BuyerAsync();
        var there = _other.ClientLike(here);

        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(n =>
        {
            var random = new Random(n);
            var items = variants.OrderBy(_ => random.Next()).Take(random.Next(1, 5)).Select(variant => new { variantId = variant, quantity = random.Next(1, 4) }).ToArray();
            return (n % 2 == 0 ? here : there).SendAsync(HttpMethod.Post, "/api/v1/orders", new { addressId = address, items }, idempotencyKey: $"any-{n}");
        }));

        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.Created or HttpStatusCode.Conflict, $"{answer.Status} {answer.Body?.ToJsonString()}"));
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.Conflict);
        Assert.Equal(0, await api.Database.ScalarAsync<long>(HeldAmiss));
        Assert.Equal(0, await api.Database.ScalarAsync<long>("SELECT count(*) FROM store.inventory WHERE reserved > on_hand"));
        Assert.Equal(0, await api.Database.ScalarAsync<long>("""
            SELECT count(*) FROM store.orders o WHERE total <> (SELECT sum(unit_price * quantity) FROM store.order_items i WHERE i.order_id = o.id)
            """));
    }

    [Fact]
    public async Task Paid_cancelled_and_expired_at_once_an_order_ends_one_way()
    {
        var variant = (await api.Admin.AddStockedAsync(99)).Variant();
        var (here, address) = await api.BuyerAsync();
        var there = _other.ClientLike(here);
        var ends = new Dictionary<string, int>();
        for (var round = 0; round < 25; round++)
        {
            var order = (await here.OrderAsync(address, variant, 3)).Location!;
            var id = order.OrderId();
            // Its time is over now or in a moment, and the clocks that matter are two.
            await api.Database.ExecuteAsync("UPDATE store.orders SET reserved_until = now() + make_interval(secs => $2) WHERE id = $1", id, (round % 3 * 0.01) - 0.005);

            var paid = here.PayAsync(order);
            var cancelled = there.DoAsync(order, "cancel");
            await Task.WhenAll(paid, cancelled, api.Services.ExpireOrdersAsync(), _other.Services.ExpireOrdersAsync());
            await Eventually.HoldsAsync(async () => await here.StatusAsync(order) != "pending" || await api.Services.ExpireOrdersAsync() < 0, "it is decided");

            var ended = await here.ReadAsync(order);
            var status = ended["status"]!.GetValue<string>();
            ends[status] = ends.GetValueOrDefault(status) + 1;
            Assert.Equal(status == "paid" ? ["charge succeeded"] : [], ended.Payments());
            Assert.Equal(status == "paid", (await paid).Status == HttpStatusCode.OK);
            Assert.Equal(status == "cancelled", (await cancelled).Status == HttpStatusCode.OK);
            Assert.Equal(0, await api.Database.ScalarAsync<long>(HeldAmiss));
        }

        Assert.True(ends.Count > 1, $"only {string.Join(", ", ends)}");
    }

    [Fact]
    public async Task Expired_by_many_at_once_copies_are_given_back_once()
    {
        var variant = (await api.Admin.AddStockedAsync(60)).Variant();
        var (buyer, address) = await api.BuyerAsync();
        var kept = (await buyer.OrderAsync(address, variant, 10)).Location!;
        for (var i = 0; i < 24; i++)
        {
            Assert.Equal(HttpStatusCode.Created, (await buyer.OrderAsync(address, variant, 2)).Status);
        }

        await api.Database.ExecuteAsync("UPDATE store.orders SET reserved_until = now() - interval '1 second' WHERE status = 'pending' AND id <> $1", kept.OrderId());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => (n % 2 == 0 ? api.Services : _other.Services).ExpireOrdersAsync(most: 4)));
        await Eventually.HoldsAsync(async () => await api.Admin.StockAsync(variant) == (60, 10), "given back by whoever had the time");

        Assert.Equal(24, (await buyer.ReadAsync("/api/v1/orders?status=expired&limit=100")).Items("id").Count);
        Assert.Equal(0, await api.Database.ScalarAsync<long>(HeldAmiss));
        Assert.Equal("pending", await buyer.StatusAsync(kept));
    }
}
