using System.Net;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class OrderStepTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    // The least that brings an order to a status.
    private static readonly Dictionary<string, string[]> WayTo = new()
    {
        ["pending"] = [],
        ["paid"] = ["pay"],
        ["shipped"] = ["pay", "ship"],
        ["delivered"] = ["pay", "ship", "deliver"],
        ["cancelled"] = ["cancel"],
        ["refunded"] = ["pay", "refund"],
    };

    [Theory]
    [InlineData("pending", "pay cancel")]
    [InlineData("paid", "ship refund")]
    [InlineData("shipped", "deliver refund")]
    [InlineData("delivered", "refund")]
    [InlineData("cancelled", "")]
    [InlineData("refunded", "")]
    public async Task What_can_be_done_follows_from_the_status_and_a_refusal_names_it(string status, string allowed)
    {
        foreach (var action in new[] { "pay", "cancel", "ship", "deliver", "refund" })
        {
            var (buyer, order, variant) = await api.OrderedAsync();
            foreach (var step in WayTo[status])
            {
                Assert.Equal(HttpStatusCode.OK, (await DoAsync(buyer, order, step)).Status);
            }

            var before = await api.Admin.StockAsync(variant);

            var answer = await DoAsync(buyer, order, action);

            if (allowed.Split(' ').Contains(action))
            {
                Assert.True(answer.Status == HttpStatusCode.OK, $"{action}: {answer.Body?.ToJsonString()}");
            }
            else
            {
                answer.AssertProblem(HttpStatusCode.Conflict, "status");
                Assert.Contains($"The order is {status}", answer.Body!["errors"]!["status"]![0]!.GetValue<string>(), StringComparison.Ordinal);
                Assert.Equal(status, await buyer.StatusAsync(order));
                Assert.Equal(before, await api.Admin.StockAsync(variant));
            }
        }
    }

    [Fact]
    public async Task Copies_are_promised_then_gone_and_the_ledger_knows()
    {
        var (buyer, order, variant) = await api.OrderedAsync(quantity: 3);
        Assert.Equal((10, 3), await api.Admin.StockAsync(variant));

        (await buyer.PayAsync(order)).AssertIs("paid");
        Assert.Equal((10, 3), await api.Admin.StockAsync(variant));

        (await api.Admin.DoAsync(order, "ship")).AssertIs("shipped");
        Assert.Equal((7, 0), await api.Admin.StockAsync(variant));
        var movement = (await api.Admin.ReadAsync($"/api/v1/variants/{variant}/stock/movements"))["items"]![0]!;
        Assert.Equal((-3, "sale", order.Split('/')[^1]), (movement["quantity"]!.GetValue<int>(), movement["kind"]!.GetValue<string>(), movement["orderId"]!.GetValue<string>()));

        (await api.Admin.DoAsync(order, "deliver")).AssertIs("delivered");
        (await api.Admin.DoAsync(order, "refund")).AssertIs("refunded");
        Assert.Equal((7, 0), await api.Admin.StockAsync(variant));
        Assert.Equal(0, await api.Database.ScalarAsync<long>(StockLedgerTests.Audit));
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("refund")]
    public async Task What_is_given_up_before_it_is_shipped_can_be_sold_again(string action)
    {
        var (buyer, order, variant) = await api.OrderedAsync(quantity: 10);
        if (action == "refund")
        {
            (await buyer.PayAsync(order)).AssertIs("paid");
        }

        Assert.Equal(HttpStatusCode.OK, (await DoAsync(buyer, order, action)).Status);

        Assert.Equal((10, 0), await api.Admin.StockAsync(variant));
        Assert.NotNull((await buyer.ReadAsync(order))["closedAt"]);
    }

    [Theory]
    [InlineData("ship")]
    [InlineData("deliver")]
    [InlineData("refund")]
    public async Task What_staff_do_buyers_may_not(string action)
    {
        var (buyer, order, _) = await api.OrderedAsync();

        (await buyer.DoAsync(order, action)).AssertProblem(HttpStatusCode.Forbidden);
        (await api.Client.DoAsync(order, action)).AssertProblem(HttpStatusCode.Unauthorized);
        (await api.Admin.DoAsync($"/api/v1/orders/{Guid.CreateVersion7()}", action)).AssertProblem(HttpStatusCode.NotFound);
        (await api.Admin.DoAsync("/api/v1/orders/7", action)).AssertProblem(HttpStatusCode.BadRequest, "id");
    }

    [Fact]
    public async Task Nobody_cancels_somebody_elses_order()
    {
        var (_, order, variant) = await api.OrderedAsync();
        var (other, _) = await api.BuyerAsync();

        (await other.DoAsync(order, "cancel")).AssertProblem(HttpStatusCode.NotFound);
        (await api.Admin.DoAsync(order, "cancel")).AssertProblem(HttpStatusCode.NotFound);

        Assert.Equal((10, 2), await api.Admin.StockAsync(variant));
    }

    [Fact]
    public async Task A_review_of_what_was_bought_is_verified()
    {
        var product = await api.Admin.AddStockedAsync(10);
        var (buyer, address) = await api.BuyerAsync();
        var order = (await buyer.OrderAsync(address, product.Variant())).Location!;
        await buyer.PayAsync(order);

        var review = await buyer.SendAsync(HttpMethod.Post, $"/api/v1/products/{product.Id()}/reviews", new { rating = 5 });

        Assert.True(review.Body!["verified"]!.GetValue<bool>());
    }

    private Task<CatalogClient.Answer> DoAsync(HttpClient buyer, string order, string action) =>
        action == "pay" ? buyer.PayAsync(order) : (action == "cancel" ? buyer : api.Admin).DoAsync(order, action);
}
