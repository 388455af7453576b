using System.Net;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class OrderListTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Orders = "/api/v1/orders";

    [Fact]
    public async Task A_buyer_reads_their_own_newest_first_page_by_page()
    {
        var variant = (await api.Admin.AddStockedAsync(50)).Variant();
        var (buyer, address) = await api.BuyerAsync();
        var (other, elsewhere) = await api.BuyerAsync();
        var made = new List<string>();
        for (var i = 1; i <= 5; i++)
        {
            made.Insert(0, (await buyer.OrderAsync(address, variant, quantity: i)).Body!.Id());
            await other.OrderAsync(elsewhere, variant);
        }

        var read = new List<string>();
        var copies = new List<string>();
        string? next = null;
        do
        {
            var page = await buyer.ReadAsync($"{Orders}?limit=2{(next is null ? "" : $"&after={next}")}");
            read.AddRange(page.Items("id"));
            copies.AddRange(page.Items("copies"));
            next = page["next"]?.GetValue<string>();
        }
        while (next is not null);

        Assert.Equal(made, read);
        Assert.Equal(["5", "4", "3", "2", "1"], copies);
    }

    [Fact]
    public async Task Staff_find_what_is_to_be_shipped_and_others_do_not()
    {
        var (buyer, paid, _) = await api.OrderedAsync();
        await buyer.PayAsync(paid);
        var (_, pending, _) = await api.OrderedAsync();

        var found = (await api.Admin.ReadAsync($"{Orders}?of=everybody&status=paid&limit=100")).Items("id");

        Assert.Contains(paid.Split('/')[^1], found);
        Assert.DoesNotContain(pending.Split('/')[^1], found);
        Assert.Equal("paid", await api.Admin.StatusAsync(paid));
        Assert.Empty((await api.Admin.ReadAsync(Orders)).Items("id"));
        Assert.Empty((await buyer.ReadAsync($"{Orders}?status=pending")).Items("id"));
        (await buyer.SendAsync(HttpMethod.Get, $"{Orders}?of=everybody")).AssertProblem(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("after=x", "after")]
    [InlineData("status=lost", "status")]
    [InlineData("of=him", "of")]
    public async Task A_parameter_that_cannot_be_right_is_named(string query, string field)
    {
        (await api.Admin.SendAsync(HttpMethod.Get, $"{Orders}?{query}")).AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Fact]
    public async Task Lists_and_orders_take_as_many_statements_however_long_they_are()
    {
        var variant = (await api.Admin.AddStockedAsync(50)).Variant();
        var (buyer, address) = await api.BuyerAsync();
        var order = (await buyer.OrderAsync(address, variant)).Location!;
        var statements = new StatementCount();
        await using var host = statements.On(ApiFixture.Host(api.Database));
        using var client = host.ClientLike(buyer);
        // What is asked once, such as who the user is, was asked.
        await client.ReadAsync(Orders);

        Assert.Equal(2, await statements.OfAsync(() => client.ReadAsync(Orders)));
        Assert.Equal(2, await statements.OfAsync(() => client.ReadAsync(order)));
        foreach (var quantity in new[] { 1, 2, 3 })
        {
            await buyer.OrderAsync(address, variant, quantity);
        }

        Assert.Equal(2, await statements.OfAsync(() => client.ReadAsync(Orders)));
    }
}
