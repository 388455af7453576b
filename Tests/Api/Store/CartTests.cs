using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Http;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class CartTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Cart = "/api/v1/cart";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cart_shows_the_prices_and_the_stock_of_this_moment()
    {
        var product = await api.Admin.AddProductAsync();
        using var user = await api.ClientOfAsync("moment@example.org");
        await PutAsync(user, product.Variant(0), 2);
        var before = await PutAsync(user, product.Variant(1), 1);
        await api.Admin.AddStockAsync(product.Variant(0), 7);
        await api.Database.ExecuteAsync("UPDATE store.product_variants SET price = 100.05 WHERE id = $1", Guid.Parse(product.Variant(0)));

        using var answer = await user.GetAsync(Cart, Ct);
        var cart = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;

        Assert.Equal("no-store", answer.Says("Cache-Control"));
        Assert.Equal([(2, 19.90m, 0), (1, 9.90m, 0)], Lines(before));
        Assert.Equal([(2, 100.05m, 7), (1, 9.90m, 0)], Lines(cart));
        Assert.Equal("""[{"currency":"EUR","amount":210.00}]""", cart["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task Amounts_of_two_currencies_are_not_added()
    {
        var (euros, dollars) = (await api.Admin.AddProductAsync(), await api.Admin.AddProductAsync());
        await api.Database.ExecuteAsync("UPDATE store.product_variants SET currency = 'USD' WHERE product_id = $1", Guid.Parse(dollars.Id()));
        using var client = api.NewClient();

        var cart = await ReplaceAsync(client, (euros.Variant(1), 99), (dollars.Variant(1), 1));

        Assert.Equal("""[{"currency":"EUR","amount":980.10},{"currency":"USD","amount":9.90}]""", cart["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task A_cart_is_replaced_as_a_whole_emptied_and_changed_by_item()
    {
        var product = await api.Admin.AddProductAsync();
        using var user = await api.ClientOfAsync("whole@example.org");
        Assert.Equal("""{"items":[],"totals":[]}""", (await user.ReadAsync(Cart)).ToJsonString());

        await PutAsync(user, product.Variant(0), 5);
        var replaced = await ReplaceAsync(user, (product.Variant(1), 3));
        Assert.Equal([(product.Variant(1), 3)], Items(replaced));
        Assert.Equal([(product.Variant(1), 4)], Items(await PutAsync(user, product.Variant(1), 4)));
        Assert.Equal(replaced["items"]![0]!["productId"]!.ToString(), product.Id());

        foreach (var _ in Enumerable.Range(0, 2))
        {
            Assert.Equal(HttpStatusCode.NoContent, (await user.SendAsync(HttpMethod.Delete, $"{Cart}/items/{product.Variant(1)}")).Status);
            Assert.Empty(Items(await user.ReadAsync(Cart)));
        }

        await ReplaceAsync(user, (product.Variant(0), 1), (product.Variant(1), 1));
        foreach (var _ in Enumerable.Range(0, 2))
        {
            Assert.Equal(HttpStatusCode.NoContent, (await user.SendAsync(HttpMethod.Delete, Cart)).Status);
            Assert.Empty(Items(await user.ReadAsync(Cart)));
        }

        Assert.Empty(Items(await ReplaceAsync(user)));
    }

    [Fact]
    public async Task A_cart_is_its_users_alone()
    {
        var product = await api.Admin.AddProductAsync();
        using var one = await api.ClientOfAsync("one@example.org");
        using var other = await api.ClientOfAsync("other@example.org");
        await PutAsync(one, product.Variant(), 1);

        Assert.Empty(Items(await other.ReadAsync(Cart)));
        Assert.Equal(HttpStatusCode.NoContent, (await other.SendAsync(HttpMethod.Delete, Cart)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await other.SendAsync(HttpMethod.Delete, $"{Cart}/items/{product.Variant()}")).Status);
        Assert.Single(Items(await one.ReadAsync(Cart)));
    }

    [Fact]
    public async Task A_token_that_is_not_good_is_not_taken_for_a_stranger()
    {
        using var client = api.NewClient();
        client.DefaultRequestHeaders.Add("Authorization", "Bearer gone");

        using var answer = await client.GetAsync(Cart, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("error=\"invalid_token\"", answer.Says("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("100")]
    [InlineData("1000000000")]
    [InlineData("99999999999999999999")]
    [InlineData("1.5")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    public async Task A_quantity_is_from_1_to_99(string quantity)
    {
        var product = await api.Admin.AddProductAsync();
        using var client = api.NewClient();

        var one = await client.SendAsync(HttpMethod.Put, $"{Cart}/items/{product.Variant()}", JsonNode.Parse($$"""{"quantity":{{quantity}}}"""));
        var all = await client.SendAsync(HttpMethod.Put, Cart, JsonNode.Parse($$"""{"items":[{"variantId":"{{product.Variant()}}","quantity":{{quantity}}}]}"""));

        one.AssertProblem(HttpStatusCode.BadRequest);
        all.AssertProblem(HttpStatusCode.BadRequest);
        Assert.Empty(Items(await client.ReadAsync(Cart)));
    }

    [Theory]
    [InlineData("""{}""", "items")]
    [InlineData("""{"items":null}""", "items")]
    [InlineData("""{"items":[null]}""", "items[0].variantId")]
    [InlineData("""{"items":[{"quantity":1}]}""", "items[0].variantId")]
    [InlineData("""{"items":[{"variantId":"01890a5d-ac96-774b-bcce-b302099a8057","quantity":1}]}""", "items[0].variantId")]
    [InlineData("""{"items":[{"variantId":"01890a5d-ac96-774b-bcce-b302099a8057","quantity":1},{"variantId":"01890a5d-ac96-774b-bcce-b302099a8057","quantity":1}]}""", "items[1].variantId")]
    public async Task A_cart_of_nonsense_is_refused_and_the_field_is_named(string body, string field)
    {
        using var client = api.NewClient();

        (await client.SendAsync(HttpMethod.Put, Cart, JsonNode.Parse(body))).AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Fact]
    public async Task What_is_not_sold_does_not_come_in_and_what_no_longer_is_stays_and_is_marked()
    {
        var (draft, sold) = (await api.Admin.AddProductAsync(status: "draft"), await api.Admin.AddProductAsync());
        using var client = api.NewClient();
        (await client.SendAsync(HttpMethod.Put, $"{Cart}/items/{draft.Variant()}", new { quantity = 1 })).AssertProblem(HttpStatusCode.NotFound);
        (await client.SendAsync(HttpMethod.Put, $"{Cart}/items/{Guid.CreateVersion7()}", new { quantity = 1 })).AssertProblem(HttpStatusCode.NotFound);
        (await client.SendAsync(HttpMethod.Put, Cart, Body((sold.Variant(), 1), (draft.Variant(), 1)))).AssertProblem(HttpStatusCode.BadRequest, "items[1].variantId");
        Assert.Empty(Items(await client.ReadAsync(Cart)));
        await ReplaceAsync(client, (sold.Variant(0), 1), (sold.Variant(1), 1));
        await api.Admin.AddStockAsync(sold.Variant(0), 3);

        await api.Database.ExecuteAsync("UPDATE store.product_variants SET is_active = false WHERE id = $1", Guid.Parse(sold.Variant(0)));

        var cart = await ReplaceAsync(client, (sold.Variant(0), 2), (sold.Variant(1), 2));
        Assert.Equal([false, true], cart["items"]!.AsArray().Select(i => i!["isSold"]!.GetValue<bool>()));
        Assert.Equal([(2, 19.90m, 0), (2, 9.90m, 0)], Lines(cart));
        Assert.Equal("""[{"currency":"EUR","amount":19.80}]""", cart["totals"]!.ToJsonString());
        Assert.Equal([(sold.Variant(0), 1), (sold.Variant(1), 2)], Items(await PutAsync(client, sold.Variant(0), 1)));
        await client.SendAsync(HttpMethod.Delete, $"{Cart}/items/{sold.Variant(0)}");
        (await client.SendAsync(HttpMethod.Put, $"{Cart}/items/{sold.Variant(0)}", new { quantity = 1 })).AssertProblem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_hundred_and_first_variant_finds_no_room_even_beside_another()
    {
        var variants = await api.Database.AddVariantsAsync(await api.Admin.AddProductAsync(), 103);
        using var client = await api.ClientOfAsync("hundred@example.org");
        (await client.SendAsync(HttpMethod.Put, Cart, Body([.. variants.Take(101).Select(v => (v, 1))]))).AssertProblem(HttpStatusCode.BadRequest, "items");
        Assert.Equal(99, Items(await ReplaceAsync(client, [.. variants.Take(99).Select(v => (v, 1))])).Count);

        var answers = await Task.WhenAll(variants.Skip(99).Select(v => client.SendAsync(HttpMethod.Put, $"{Cart}/items/{v}", new { quantity = 1 })));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => answer.AssertProblem(HttpStatusCode.Conflict, "items"));
        Assert.Equal(100, Items(await PutAsync(client, variants[0], 2)).Count);
    }

    [Fact]
    public async Task Of_carts_written_at_the_same_time_one_is_there_whole()
    {
        var variants = await api.Database.AddVariantsAsync(await api.Admin.AddProductAsync(), 40);
        using var user = await api.ClientOfAsync("whole-one@example.org");
        var carts = Enumerable.Range(0, 8).Select(n => variants.Skip(n * 4).Take(8).Select(v => (v, n + 1)).ToArray()).ToList();

        var answers = await Task.WhenAll(carts.Select(cart => user.SendAsync(HttpMethod.Put, Cart, Body(cart))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        var left = Items(await user.ReadAsync(Cart)).Order().ToList();
        Assert.Contains(carts, cart => cart.Order().SequenceEqual(left));
        // Each was answered the cart that it wrote.
        Assert.All(carts.Zip(answers), pair => Assert.Equal(pair.First.Order(), Items(pair.Second.Body!).Order()));
    }

    [Fact]
    public async Task A_cart_is_written_and_ordered_at_the_same_time_without_waiting_in_a_circle()
    {
        var variants = await api.Database.AddVariantsAsync(await api.Admin.AddProductAsync(), 9);
        foreach (var variant in variants)
        {
            await api.Admin.AddStockAsync(variant, 100);
        }

        var (buyer, address) = await api.BuyerAsync();
        await ReplaceAsync(buyer, [.. variants.Select(v => (v, 1))]);
        await using var other = new NpgsqlConnection(api.Database.Admin);
        await other.OpenAsync(Ct);

        // Held in the middle, so that one has locked what comes before it and the other what comes after.
        await using var hold = await other.BeginTransactionAsync(Ct);
        await using var command = new NpgsqlCommand("SELECT 1 FROM store.cart_items WHERE variant_id = $1 FOR UPDATE", other, hold) { Parameters = { new() { Value = Guid.Parse(variants[4]) } } };
        await command.ExecuteNonQueryAsync(Ct);
        var ordered = buyer.SendAsync(HttpMethod.Post, "/api/v1/orders", new { addressId = address }, idempotencyKey: "circle");
        await WaitingAsync(1);
        var written = buyer.SendAsync(HttpMethod.Put, Cart, Body([.. variants.Reverse().Select(v => (v, 2))]));
        await WaitingAsync(2);
        await hold.CommitAsync(Ct);

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK], [(await ordered).Status, (await written).Status]);
        Assert.Equal(9, Items((await ordered).Body!).Sum(i => i.Quantity));

        Task WaitingAsync(int requests) => Eventually.HoldsAsync(async () => requests == await api.Database.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"), $"{requests} wait for a lock");
    }

    [Fact]
    public async Task A_cart_costs_the_same_statements_however_much_is_in_it()
    {
        var variants = await api.Database.AddVariantsAsync(await api.Admin.AddProductAsync(), 60);
        using var user = await api.ClientOfAsync("statements@example.org");
        var count = new StatementCount();
        await using var counted = count.On(ApiFixture.Host(api.Database));
        using var client = counted.CreateClient();
        client.DefaultRequestHeaders.Authorization = user.DefaultRequestHeaders.Authorization;
        await client.ReadAsync(Cart);

        foreach (var items in new[] { 2, 60 })
        {
            // Each with the one that says who asks.
            Assert.Equal(5, await count.OfAsync(() => ReplaceAsync(client, [.. variants.Take(items).Select(v => (v, 1))])));
            Assert.Equal(2, await count.OfAsync(() => client.ReadAsync(Cart)));
            Assert.Equal(4, await count.OfAsync(() => PutAsync(client, variants[0], 3)));
        }

        client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(0, await count.OfAsync(() => client.ReadAsync(Cart)));
    }

    internal static JsonObject Body(params (string Variant, int Quantity)[] items) =>
        new() { ["items"] = new JsonArray([.. items.Select(i => new JsonObject { ["variantId"] = i.Variant, ["quantity"] = i.Quantity })]) };

    internal static List<(string Variant, int Quantity)> Items(JsonNode cart) =>
        [.. cart["items"]!.AsArray().Select(i => (i!["variantId"]!.GetValue<string>(), i["quantity"]!.GetValue<int>()))];

    internal static async Task<JsonNode> ReplaceAsync(HttpClient client, params (string Variant, int Quantity)[] items)
    {
        var answer = await client.SendAsync(HttpMethod.Put, Cart, Body(items));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        return answer.Body!;
    }

    internal static async Task<JsonNode> PutAsync(HttpClient client, string variant, int quantity)
    {
        var answer = await client.SendAsync(HttpMethod.Put, $"{Cart}/items/{variant}", new { quantity });
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        return answer.Body!;
    }

    private static IEnumerable<(int Quantity, decimal Price, int Available)> Lines(JsonNode cart) =>
        cart["items"]!.AsArray().Select(i => (i!["quantity"]!.GetValue<int>(), i["unitPrice"]!.GetValue<decimal>(), i["available"]!.GetValue<int>()));
}
