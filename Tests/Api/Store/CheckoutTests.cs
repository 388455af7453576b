using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class CheckoutTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Orders = "/api/v1/orders";

    [Fact]
    public async Task An_order_holds_its_copies_and_keeps_prices_and_address_as_they_were()
    {
        var product = await api.Admin.AddStockedAsync(5, price: 9.99m);
        var (buyer, address) = await api.BuyerAsync();

        var made = await buyer.SendAsync(HttpMethod.Post, Orders,
            new { addressId = address, items = new[] { new { variantId = product.Variant(1), quantity = 1 }, new { variantId = product.Variant(), quantity = 3 } } }, idempotencyKey: "first");

        Assert.True(made.Status == HttpStatusCode.Created, made.Body?.ToJsonString());
        Assert.Equal($"{Orders}/{made.Body!.Id()}", made.Location);
        Assert.Equal("pending", made.Body!["status"]!.GetValue<string>());
        Assert.Equal((69.96m, "EUR"), (made.Body["total"]!.GetValue<decimal>(), made.Body["currency"]!.GetValue<string>()));
        Assert.Equal([product.Variant(1), product.Variant()], made.Body["items"]!.AsArray().Select(item => item!["variantId"]!.GetValue<string>()));
        Assert.Equal("Ishmael", made.Body["shippingAddress"]!["name"]!.GetValue<string>());
        Assert.Equal((5, 3), await api.Admin.StockAsync(product.Variant()));
        Assert.Equal((5, 1), await api.Admin.StockAsync(product.Variant(1)));

        await buyer.SendAsync(HttpMethod.Delete, $"/api/v1/users/me/addresses/{address}", ifMatch: "*");
        await ChangeAsync(product, p => p["variants"]![0]!["price"] = 99);
        Assert.Equal(made.Body.ToJsonString(), (await buyer.ReadAsync(made.Location!)).ToJsonString());
    }

    [Fact]
    public async Task What_is_in_the_cart_is_ordered_and_the_cart_is_empty()
    {
        var product = await api.Admin.AddStockedAsync(5);
        var (buyer, address) = await api.BuyerAsync();
        await buyer.SendAsync(HttpMethod.Put, $"/api/v1/cart/items/{product.Variant()}", new { quantity = 2 });

        var first = await buyer.SendAsync(HttpMethod.Post, Orders, new { addressId = address }, idempotencyKey: "a");
        var second = await buyer.SendAsync(HttpMethod.Post, Orders, new { addressId = address }, idempotencyKey: "b");

        Assert.True(first.Status == HttpStatusCode.Created, first.Body?.ToJsonString());
        Assert.Equal(2, first.Body!["items"]![0]!["quantity"]!.GetValue<int>());
        second.AssertProblem(HttpStatusCode.Conflict, "cart");
        Assert.Empty((await buyer.ReadAsync("/api/v1/cart"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_cart_is_ordered_once_even_by_two_at_the_same_time()
    {
        var product = await api.Admin.AddStockedAsync(50);
        var (buyer, address) = await api.BuyerAsync();
        await buyer.SendAsync(HttpMethod.Put, $"/api/v1/cart/items/{product.Variant()}", new { quantity = 2 });

        // The stock is held, so that the first waits for it with the cart in hand, and the second finds the cart taken.
        await using var other = new NpgsqlConnection(api.Database.Admin);
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var hold = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT 1 FROM store.inventory WHERE variant_id = $1 FOR UPDATE", other, hold) { Parameters = { new() { Value = Guid.Parse(product.Variant()) } } };
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var both = new[] { "one", "two" }.Select(key => buyer.SendAsync(HttpMethod.Post, Orders, new { addressId = address }, idempotencyKey: $"twice-{key}")).ToArray();
        await Eventually.HoldsAsync(async () => await api.Database.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 2, "both wait");
        await hold.CommitAsync(TestContext.Current.CancellationToken);
        var answers = await Task.WhenAll(both);

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer => answer.AssertProblem(HttpStatusCode.Conflict, "cart"));
        Assert.Equal((50, 2), await api.Admin.StockAsync(product.Variant()));
    }

    [Fact]
    public async Task When_there_is_too_little_nothing_is_ordered_and_the_answer_says_what_is_left()
    {
        var (plenty, few, none) = (await api.Admin.AddStockedAsync(9), await api.Admin.AddStockedAsync(2), await api.Admin.AddStockedAsync(0));
        var (buyer, address) = await api.BuyerAsync();
        var body = new
        {
            addressId = address,
            items = new[] { new { variantId = plenty.Variant(), quantity = 9 }, new { variantId = few.Variant(), quantity = 3 }, new { variantId = none.Variant(), quantity = 1 } },
        };

        var refused = await buyer.SendAsync(HttpMethod.Post, Orders, body, idempotencyKey: "short");

        refused.AssertProblem(HttpStatusCode.Conflict, "items[1].quantity");
        refused.AssertProblem(HttpStatusCode.Conflict, "items[2].quantity");
        Assert.Equal([(few.Variant(), 3, 2), (none.Variant(), 1, 0)], refused.Body!["shortages"]!.AsArray().Select(s =>
            (s!["variantId"]!.GetValue<string>(), s["wanted"]!.GetValue<int>(), s["available"]!.GetValue<int>())));
        Assert.Equal((9, 0), await api.Admin.StockAsync(plenty.Variant()));
        Assert.Empty((await buyer.ReadAsync(Orders))["items"]!.AsArray());

        // Nothing was done, so the key is free for the same request when there is more.
        await api.Admin.AddAsync($"/api/v1/variants/{few.Variant()}/stock/movements", new { quantity = 1, kind = "receipt" });
        await api.Admin.AddAsync($"/api/v1/variants/{none.Variant()}/stock/movements", new { quantity = 1, kind = "receipt" });
        Assert.Equal(HttpStatusCode.Created, (await buyer.SendAsync(HttpMethod.Post, Orders, body, idempotencyKey: "short")).Status);
    }

    [Fact]
    public async Task Currencies_are_not_mixed()
    {
        var (euros, dollars) = (await api.Admin.AddStockedAsync(5), await api.Admin.AddStockedAsync(5));
        await ChangeAsync(dollars, p => p["variants"]!.AsArray().ToList().ForEach(v => v!["currency"] = "USD"));
        var (buyer, address) = await api.BuyerAsync();

        var refused = await buyer.SendAsync(HttpMethod.Post, Orders,
            new { addressId = address, items = new[] { new { variantId = euros.Variant(), quantity = 1 }, new { variantId = dollars.Variant(), quantity = 1 } } }, idempotencyKey: "mixed");

        refused.AssertProblem(HttpStatusCode.Conflict, "items");
        Assert.Contains("EUR and USD", refused.Body!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("retired")]
    [InlineData("inactive variant")]
    [InlineData("unknown")]
    public async Task What_is_not_sold_is_not_ordered(string why)
    {
        var product = await api.Admin.AddStockedAsync(5);
        await ChangeAsync(product, p => _ = why == "inactive variant" ? p["variants"]![0]!["isActive"] = false : p["status"] = why == "unknown" ? "active" : why);
        var (buyer, address) = await api.BuyerAsync();

        var refused = await buyer.OrderAsync(address, why == "unknown" ? Guid.CreateVersion7().ToString() : product.Variant());

        refused.AssertProblem(HttpStatusCode.Conflict, "items[0].variantId");
    }

    [Fact]
    public async Task Somebody_elses_address_is_none()
    {
        var product = await api.Admin.AddStockedAsync(5);
        var (_, foreign) = await api.BuyerAsync();
        var (buyer, _) = await api.BuyerAsync();

        (await buyer.OrderAsync(foreign, product.Variant())).AssertProblem(HttpStatusCode.Conflict, "addressId");
        (await buyer.OrderAsync(Guid.CreateVersion7(), product.Variant())).AssertProblem(HttpStatusCode.Conflict, "addressId");
    }

    [Fact]
    public async Task A_total_that_no_order_can_have_is_refused()
    {
        var product = await api.Admin.AddStockedAsync(99, price: 9_999_999_000m);
        var (buyer, address) = await api.BuyerAsync();

        (await buyer.OrderAsync(address, product.Variant(), 99)).AssertProblem(HttpStatusCode.Conflict, "items");
        Assert.Equal((99, 0), await api.Admin.StockAsync(product.Variant()));
    }

    [Theory]
    [InlineData("""{ "items": [{ "variantId": "V", "quantity": 1 }] }""", "addressId")]
    [InlineData("""{ "addressId": "A", "items": [] }""", "items")]
    [InlineData("""{ "addressId": "A", "items": [null] }""", "items[0].variantId")]
    [InlineData("""{ "addressId": "A", "items": [{ "variantId": "V", "quantity": 0 }] }""", "items[0].quantity")]
    [InlineData("""{ "addressId": "A", "items": [{ "variantId": "V", "quantity": -1 }] }""", "items[0].quantity")]
    [InlineData("""{ "addressId": "A", "items": [{ "variantId": "V", "quantity": 100 }] }""", "items[0].quantity")]
    [InlineData("""{ "addressId": "A", "items": [{ "variantId": "V", "quantity": 1000000000 }] }""", "items[0].quantity")]
    [InlineData("""{ "addressId": "A", "items": [{ "variantId": "V", "quantity": 1.5 }] }""", "items[0].quantity")]
    [InlineData("""{ "addressId": "A", "items": [{ "variantId": "V", "quantity": "1" }] }""", "items[0].quantity")]
    [InlineData("""{ "addressId": "A", "items": [{ "quantity": 1 }] }""", "items[0].variantId")]
    [InlineData("""{ "addressId": "A", "items": [{ "variantId": "x", "quantity": 1 }] }""", "items[0].variantId")]
    [InlineData("""{ "addressId": "A", "items": [{ "variantId": "V", "quantity": 1 }, { "variantId": "V", "quantity": 1 }] }""", "items[1].variantId")]
    [InlineData("""{ "addressId": "A", "items": [{ "variantId": "V", "quantity": 1, "price": 0 }] }""", "items[0].price")]
    [InlineData("""{ "addressId": "A", "total": 1 }""", "total")]
    public async Task A_request_that_cannot_be_right_is_told_which_field(string body, string field)
    {
        var (buyer, address) = await api.BuyerAsync();
        body = body.Replace("\"A\"", $"\"{address}\"", StringComparison.Ordinal).Replace("\"V\"", $"\"{Guid.CreateVersion7()}\"", StringComparison.Ordinal);

        var refused = await buyer.SendAsync(HttpMethod.Post, Orders, new StringContent(body, null, "application/json"), idempotencyKey: "bad");

        refused.AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Fact]
    public async Task More_than_a_hundred_items_are_refused()
    {
        var (buyer, address) = await api.BuyerAsync();
        var items = Enumerable.Range(0, 101).Select(_ => new { variantId = Guid.CreateVersion7(), quantity = 1 });

        (await buyer.SendAsync(HttpMethod.Post, Orders, new { addressId = address, items }, idempotencyKey: "many")).AssertProblem(HttpStatusCode.BadRequest, "items");
    }

    [Fact]
    public async Task A_stranger_orders_nothing()
    {
        (await api.Client.OrderAsync(Guid.CreateVersion7(), Guid.CreateVersion7().ToString())).AssertProblem(HttpStatusCode.Unauthorized);
        (await api.Client.SendAsync(HttpMethod.Get, Orders)).AssertProblem(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_checkout_is_six_statements_however_much_is_bought()
    {
        var products = new List<JsonNode>();
        for (var i = 0; i < 5; i++)
        {
            products.Add(await api.Admin.AddStockedAsync(5));
        }

        var (buyer, address) = await api.BuyerAsync();
        var statements = new StatementCount();
        await using var host = statements.On(ApiFixture.Host(api.Database));
        using var client = host.ClientLike(buyer);
        // What is asked once, such as who the user is, was asked.
        await client.OrderAsync(address, products[0].Variant());

        foreach (var count in new[] { 1, 5 })
        {
            var items = products.Take(count).SelectMany(p => new[] { new { variantId = p.Variant(), quantity = 1 }, new { variantId = p.Variant(1), quantity = 1 } });
            CatalogClient.Answer? answer = null;
            Assert.Equal(6, await statements.OfAsync(async () =>
                answer = await client.SendAsync(HttpMethod.Post, Orders, new { addressId = address, items }, idempotencyKey: $"counted-{count}")));
            Assert.True(answer!.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        }
    }

    private async Task ChangeAsync(JsonNode product, Action<JsonObject> change)
    {
        var request = product.DeepClone().AsObject();
        request.Remove("id");
        request["variants"]!.AsArray().ToList().ForEach(variant => variant!.AsObject().Remove("id"));
        change(request);
        var answer = await api.Admin.SendAsync(HttpMethod.Put, $"/api/v1/products/{product.Id()}", request, ifMatch: "*");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
    }
}
