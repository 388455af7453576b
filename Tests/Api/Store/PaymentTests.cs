using System.Net;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class PaymentTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task An_order_that_is_paid_is_paid_once()
    {
        var (buyer, order, variant) = await api.OrderedAsync();

        (await buyer.PayAsync(order)).AssertIs("paid");
        var again = await buyer.PayAsync(order);

        again.AssertProblem(HttpStatusCode.Conflict, "status");
        Assert.Contains("The order is paid", again.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["charge succeeded"], (await buyer.ReadAsync(order)).Payments());
        Assert.Equal((10, 2), await api.Admin.StockAsync(variant));
    }

    [Fact]
    public async Task Paid_by_many_at_once_it_is_charged_once()
    {
        var (buyer, order, _) = await api.OrderedAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => buyer.PayAsync(order)));

        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Conflict, answer.Body!.ToJsonString()));
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(["charge succeeded"], (await buyer.ReadAsync(order)).Payments());
    }

    [Fact]
    public async Task A_refusal_says_why_and_leaves_another_try()
    {
        var (buyer, order, _) = await api.OrderedAsync();

        var refused = await buyer.PayAsync(order, "test-refused");

        refused.AssertProblem(HttpStatusCode.PaymentRequired);
        Assert.Equal("The bank said no.", refused.Body!["detail"]!.GetValue<string>());
        Assert.Equal("pending", await buyer.StatusAsync(order));
        (await buyer.PayAsync(order)).AssertIs("paid");
        Assert.Equal(["charge refused", "charge succeeded"], (await buyer.ReadAsync(order)).Payments());
    }

    [Fact]
    public async Task A_provider_that_answers_twice_is_believed_once()
    {
        var (buyer, order, _) = await api.OrderedAsync();

        (await buyer.PayAsync(order, "test-answers-twice")).AssertIs("paid");

        Assert.Equal(["charge succeeded"], (await buyer.ReadAsync(order)).Payments());
    }

    [Fact]
    public async Task After_its_time_an_order_cannot_be_paid()
    {
        var (buyer, order, _) = await api.OrderedAsync();
        await api.Database.ExecuteAsync("UPDATE store.orders SET reserved_until = now() WHERE id = $1", order.OrderId());

        var refused = await buyer.PayAsync(order);

        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Empty((await buyer.ReadAsync(order)).Payments());
    }

    [Fact]
    public async Task Nobody_pays_somebody_elses_order()
    {
        var (_, order, _) = await api.OrderedAsync();
        var (other, _) = await api.BuyerAsync();

        (await other.PayAsync(order)).AssertProblem(HttpStatusCode.NotFound);
        (await api.Admin.PayAsync(order)).AssertProblem(HttpStatusCode.NotFound);
        (await api.Client.PayAsync(order)).AssertProblem(HttpStatusCode.Unauthorized);
        (await other.SendAsync(HttpMethod.Get, order)).AssertProblem(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("{}", "method")]
    [InlineData("""{ "method": "" }""", "method")]
    [InlineData("""{ "method": 5 }""", "method")]
    [InlineData("""{ "method": "test-works", "amount": 0 }""", "amount")]
    public async Task A_request_that_cannot_be_right_is_told_which_field(string body, string field)
    {
        var (buyer, order, _) = await api.OrderedAsync();

        (await buyer.SendAsync(HttpMethod.Post, $"{order}/pay", new StringContent(body, null, "application/json"))).AssertProblem(HttpStatusCode.BadRequest, field);
    }
}
