using System.Net;
using System.Text.Json.Nodes;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Http;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class ProductTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_product_is_found_by_id_and_by_its_name_with_what_is_sold_of_it()
    {
        var product = await api.Admin.AddProductAsync();

        var byId = await api.Client.ReadAsync($"/api/v1/products/{product.Id()}");
        var bySlug = await api.Client.ReadAsync($"/api/v1/products/{product["slug"]}");

        Assert.Equal(product.ToJsonString(), byId.ToJsonString());
        Assert.Equal(product.ToJsonString(), bySlug.ToJsonString());
        Assert.Equal(["hardcover 19.90 EUR", "paperback 9.90 EUR"],
            byId["variants"]!.AsArray().Select(v => $"{v!["format"]} {v["price"]!.ToJsonString()} {v["currency"]}"));
    }

    [Fact]
    public async Task A_new_price_is_in_the_next_answer_under_every_name_on_every_node()
    {
        var product = await api.Admin.AddProductAsync();
        await using var other = ApiFixture.Host(api.Database);
        using var there = other.CreateClient();
        string[] addresses = [$"/api/v1/products/{product.Id()}", $"/api/v1/products/{product["slug"]}", "/api/v1/products?limit=100"];
        foreach (var (node, address) in new[] { api.Client, there }.SelectMany(node => addresses.Select(address => (node, address))))
        {
            await Eventually.HoldsAsync(async () => await CacheStatusAsync(node, address) == "platform; hit; detail=memory", $"{address} is cached");
        }

        await ReplaceAsync(product, request => request["variants"]![0]!["price"] = 12.34m);

        foreach (var address in addresses)
        {
            Assert.Contains("12.34", await api.Client.GetStringAsync(address, Ct), StringComparison.Ordinal);
            await Eventually.HoldsAsync(async () => (await there.GetStringAsync(address, Ct)).Contains("12.34", StringComparison.Ordinal), $"{address} is new there", TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public async Task Stock_is_in_no_cached_answer_and_availability_is_of_this_moment()
    {
        var product = await api.Admin.AddProductAsync();
        var address = $"/api/v1/products/{product["slug"]}/availability";
        Assert.Equal([0, 0], (await api.Client.ReadAsync(address))["variants"]!.AsArray().Select(v => v!["available"]!.GetValue<int>()));

        await MoveAsync(product.Variant(), 7, "receipt");

        using var answer = await api.Client.GetAsync(address, Ct);
        Assert.Equal("no-store", answer.Says("Cache-Control"));
        Assert.Null(answer.Says("Cache-Status"));
        Assert.Contains($"\"variantId\":\"{product.Variant()}\",\"available\":7", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.DoesNotContain("available", await api.Client.GetStringAsync($"/api/v1/products/{product.Id()}", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_is_staffs_until_it_is_on_sale()
    {
        var draft = await api.Admin.AddProductAsync(status: "draft");
        string[] addresses = [$"/api/v1/products/{draft.Id()}", $"/api/v1/products/{draft["slug"]}", $"/api/v1/products/{draft.Id()}/availability", $"/api/v1/products/{draft.Id()}/reviews"];
        foreach (var address in addresses)
        {
            (await api.Client.SendAsync(HttpMethod.Get, address)).AssertProblem(HttpStatusCode.NotFound);
        }

        Assert.Equal(draft.ToJsonString(), (await api.Admin.ReadAsync($"/api/v1/staff/products/{draft.Id()}")).ToJsonString());
        Assert.DoesNotContain(draft.Id(), (await api.Client.ReadAsync("/api/v1/products?limit=100")).Items("id"));
        Assert.Contains(draft.Id(), (await api.Admin.ReadAsync("/api/v1/staff/products?limit=100")).Items("id"));
        Assert.DoesNotContain(draft.Id(), (await api.Admin.ReadAsync("/api/v1/staff/products?status=active&limit=100")).Items("id"));

        await ReplaceAsync(draft, request => request["status"] = "active");

        foreach (var address in addresses)
        {
            Assert.Equal(HttpStatusCode.OK, (await api.Client.SendAsync(HttpMethod.Get, address)).Status);
        }
    }

    [Fact]
    public async Task A_variant_that_is_left_out_is_no_longer_sold_and_keeps_its_id()
    {
        var product = await api.Admin.AddProductAsync();

        var replaced = await ReplaceAsync(product, request => request["variants"]!.AsArray().RemoveAt(1));

        Assert.Equal(product["variants"]!.AsArray().Select(v => v!["id"]!.ToString()), replaced["variants"]!.AsArray().Select(v => v!["id"]!.ToString()));
        Assert.Equal([false, true], replaced["variants"]!.AsArray().Select(v => v!["isActive"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task A_product_is_replaced_only_by_who_has_seen_it_as_it_is()
    {
        var product = await api.Admin.AddProductAsync();
        var address = $"/api/v1/products/{product.Id()}";
        var body = Shop.Product(Guid.Parse(product["bookId"]!.ToString()), product["slug"]!.ToString());
        var seen = (await api.Admin.SendAsync(HttpMethod.Get, address)).ETag;

        (await api.Admin.SendAsync(HttpMethod.Put, address, body)).AssertProblem(HttpStatusCode.PreconditionRequired);
        body["title"] = "Emma Woodhouse";
        Assert.Equal(HttpStatusCode.OK, (await api.Admin.SendAsync(HttpMethod.Put, address, body, ifMatch: seen)).Status);
        (await api.Admin.SendAsync(HttpMethod.Put, address, body, ifMatch: seen)).AssertProblem(HttpStatusCode.PreconditionFailed);
    }

    [Theory]
    [InlineData("slug", "\"Emma\"", "slug")]
    [InlineData("slug", "\"01890a5d-ac96-774b-bcce-b302099a8057\"", "slug")]
    [InlineData("title", "\" \"", "title")]
    [InlineData("bookId", "\"01890a5d-ac96-774b-bcce-b302099a8057\"", "bookId")]
    [InlineData("bookId", "null", "bookId")]
    [InlineData("categoryId", "\"01890a5d-ac96-774b-bcce-b302099a8057\"", "categoryId")]
    [InlineData("status", "\"sold\"", "status")]
    [InlineData("variants", """[{"sku":"a","format":"paperback","price":1,"currency":"EUR"},{"sku":"b","format":"paperback","price":1,"currency":"USD"}]""", "variants")]
    [InlineData("variants", """[{"sku":"a","format":"paperback","price":1,"currency":"EUR"},{"sku":"a","format":"paperback","price":1,"currency":"EUR"}]""", "variants[1].sku")]
    [InlineData("variants", """[{"sku":"a b","format":"paperback","price":1,"currency":"EUR"}]""", "variants[0].sku")]
    [InlineData("variants", """[{"sku":"a","format":"scroll","price":1,"currency":"EUR"}]""", "variants[0].format")]
    [InlineData("variants", """[{"sku":"a","format":"ebook","price":-0.01,"currency":"EUR"}]""", "variants[0].price")]
    [InlineData("variants", """[{"sku":"a","format":"ebook","price":1.999,"currency":"EUR"}]""", "variants[0].price")]
    [InlineData("variants", """[{"sku":"a","format":"ebook","price":10000000000,"currency":"EUR"}]""", "variants[0].price")]
    [InlineData("variants", """[{"sku":"a","format":"ebook","price":1,"currency":"eur"}]""", "variants[0].currency")]
    [InlineData("variants", "[null]", "variants[0].sku")]
    [InlineData("images", """[{"url":"http://covers.example.org/a.jpg","alt":"x"}]""", "images[0].url")]
    [InlineData("images", """[{"url":"https://covers.example.org/a.jpg"}]""", "images[0].alt")]
    public async Task Bad_input_is_named(string field, string value, string named)
    {
        var body = Shop.Product(await api.Admin.AddAsync("/api/v1/books", new { title = "Emma" }));
        body[field] = JsonNode.Parse(value);

        (await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/products", body)).AssertProblem(HttpStatusCode.BadRequest, named);
    }

    [Fact]
    public async Task Names_books_and_numbers_are_each_one_products()
    {
        var taken = await api.Admin.AddProductAsync();
        var body = Shop.Product(await api.Admin.AddAsync("/api/v1/books", new { title = "Emma" }));

        (await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/products", With("slug", taken["slug"]!))).AssertProblem(HttpStatusCode.Conflict, "slug");
        (await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/products", With("bookId", taken["bookId"]!))).AssertProblem(HttpStatusCode.Conflict, "bookId");
        body["variants"]![0]!["sku"] = taken["variants"]![0]!["sku"]!.ToString();
        (await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/products", body)).AssertProblem(HttpStatusCode.Conflict, "variants");

        JsonObject With(string field, JsonNode value)
        {
            var changed = body.DeepClone().AsObject();
            changed[field] = value.DeepClone();
            return changed;
        }
    }

    [Fact]
    public async Task Only_staff_write_and_librarians_are_staff()
    {
        var body = Shop.Product(await api.Admin.AddAsync("/api/v1/books", new { title = "Emma" }));

        (await api.Client.SendAsync(HttpMethod.Post, "/api/v1/products", body)).AssertProblem(HttpStatusCode.Unauthorized);
        using var member = await api.ClientOfAsync("member@example.org");
        (await member.SendAsync(HttpMethod.Post, "/api/v1/products", body)).AssertProblem(HttpStatusCode.Forbidden);
        using var librarian = await api.ClientOfAsync("librarian@example.org", "librarian");
        Assert.Equal(HttpStatusCode.Created, (await librarian.SendAsync(HttpMethod.Post, "/api/v1/products", body)).Status);
    }

    [Fact]
    public async Task Staff_list_products_of_a_status_by_pages_and_nobody_else_does()
    {
        var retired = new List<string>();
        for (var n = 0; n < 3; n++)
        {
            retired.Add((await api.Admin.AddProductAsync(status: "retired")).Id());
        }

        var first = await api.Admin.ReadAsync("/api/v1/staff/products?status=retired&limit=2");
        var second = await api.Admin.ReadAsync($"/api/v1/staff/products?status=retired&limit=2&after={first["next"]}");

        Assert.Equal(retired, [.. first.Items("id"), .. second.Items("id")]);
        Assert.Null(second["next"]);
        foreach (var address in new[] { "status=sold", "limit=0", $"status=draft&after={first["next"]}" })
        {
            (await api.Admin.SendAsync(HttpMethod.Get, $"/api/v1/staff/products?{address}")).AssertProblem(HttpStatusCode.BadRequest);
        }

        using var member = await api.ClientOfAsync("no-staff@example.org");
        (await member.SendAsync(HttpMethod.Get, "/api/v1/staff/products")).AssertProblem(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Staff_set_when_to_order_more()
    {
        var product = await api.Admin.AddStockedAsync(3);
        var stock = $"/api/v1/variants/{product.Variant()}/stock";

        var planned = await api.Admin.SendAsync(HttpMethod.Put, stock, new { reorderPoint = 5 });

        Assert.Equal($$"""{"variantId":"{{product.Variant()}}","onHand":3,"reserved":0,"reorderPoint":5}""", planned.Body!.ToJsonString());
        Assert.Equal(planned.Body.ToJsonString(), (await api.Admin.ReadAsync(stock)).ToJsonString());
        foreach (var nonsense in new[] { -1, 1_000_000_000 })
        {
            (await api.Admin.SendAsync(HttpMethod.Put, stock, new { reorderPoint = nonsense })).AssertProblem(HttpStatusCode.BadRequest, "reorderPoint");
        }

        (await api.Admin.SendAsync(HttpMethod.Put, stock, new { })).AssertProblem(HttpStatusCode.BadRequest, "reorderPoint");
        (await api.Admin.SendAsync(HttpMethod.Put, $"/api/v1/variants/{Guid.CreateVersion7()}/stock", new { reorderPoint = 5 })).AssertProblem(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(0, "receipt", "quantity")]
    [InlineData(1_000_000_000, "receipt", "quantity")]
    [InlineData(-1, "receipt", "quantity")]
    [InlineData(1, "sale", "kind")]
    [InlineData(1, "theft", "kind")]
    public async Task A_movement_of_nonsense_is_refused(int quantity, string kind, string field)
    {
        var product = await api.Admin.AddProductAsync();

        (await api.Admin.SendAsync(HttpMethod.Post, $"/api/v1/variants/{product.Variant()}/stock/movements", new { quantity, kind })).AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Fact]
    public async Task More_than_there_is_cannot_go_and_the_ledger_tells_what_went()
    {
        var product = await api.Admin.AddProductAsync();
        var stock = $"/api/v1/variants/{product.Variant()}/stock";
        await MoveAsync(product.Variant(), 5, "receipt");
        await MoveAsync(product.Variant(), -2, "adjustment");

        (await api.Admin.SendAsync(HttpMethod.Post, $"{stock}/movements", new { quantity = -4, kind = "adjustment" })).AssertProblem(HttpStatusCode.Conflict, "quantity");

        Assert.Equal(3, (await api.Admin.ReadAsync(stock))["onHand"]!.GetValue<int>());
        var first = await api.Admin.ReadAsync($"{stock}/movements?limit=1");
        Assert.Equal(["-2"], first.Items("quantity"));
        Assert.Equal(["5"], (await api.Admin.ReadAsync($"{stock}/movements?limit=1&after={first["next"]}")).Items("quantity"));
        Assert.Equal(0, await api.Database.ScalarAsync<long>(StockLedgerTests.Audit));
        (await api.Admin.SendAsync(HttpMethod.Post, $"/api/v1/variants/{Guid.CreateVersion7()}/stock/movements", new { quantity = 1, kind = "receipt" })).AssertProblem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Lists_cost_the_same_statements_however_long_they_are()
    {
        for (var n = 0; n < 12; n++)
        {
            await api.Admin.AddProductAsync();
        }

        var count = new StatementCount();
        // With a cache that nobody has read from.
        await using var counted = count.On(ApiFixture.Host(api.Database, ("Cache:Namespace", $"{api.Database.Name}-counted")));
        using var client = counted.CreateClient();
        var product = (await client.ReadAsync("/api/v1/products?limit=1"))["items"]![0]!;

        Assert.Equal(1, await count.OfAsync(() => client.ReadAsync("/api/v1/products?limit=2")));
        Assert.Equal(1, await count.OfAsync(() => client.ReadAsync("/api/v1/products?limit=11")));
        Assert.Equal(0, await count.OfAsync(() => client.ReadAsync("/api/v1/products?limit=11")));
        Assert.Equal(1, await count.OfAsync(() => client.ReadAsync($"/api/v1/products/{product.Id()}")));
        Assert.Equal(2, await count.OfAsync(() => client.ReadAsync($"/api/v1/products/{product["slug"]}")));
        Assert.Equal(2, await count.OfAsync(() => client.ReadAsync($"/api/v1/products/{product.Id()}/availability")));
        Assert.Equal(2, await count.OfAsync(() => client.ReadAsync($"/api/v1/products/{product.Id()}/reviews")));
        client.DefaultRequestHeaders.Authorization = api.Admin.DefaultRequestHeaders.Authorization;
        await client.ReadAsync("/api/v1/staff/products");
        Assert.Equal(1, await count.OfAsync(() => client.ReadAsync("/api/v1/staff/products?status=active&limit=2")));
        Assert.Equal(1, await count.OfAsync(() => client.ReadAsync("/api/v1/staff/products?status=active&limit=11")));
    }

    [Fact]
    public async Task Pages_of_products_follow_each_other_without_gap()
    {
        for (var n = 0; n < 3; n++)
        {
            await api.Admin.AddProductAsync();
        }

        var all = (await api.Client.ReadAsync("/api/v1/products?limit=100")).Items("id");
        var walked = new List<string>();
        string? next = null;
        do
        {
            var page = await api.Client.ReadAsync($"/api/v1/products?limit=2{(next is null ? "" : $"&after={next}")}");
            walked.AddRange(page.Items("id"));
            next = page["next"]?.GetValue<string>();
        }
        while (next is not null);

        Assert.Equal(all, walked.Take(all.Count));
    }

    private async Task<JsonNode> ReplaceAsync(JsonNode product, Action<JsonObject> change)
    {
        var body = Shop.Product(Guid.Parse(product["bookId"]!.ToString()), product["slug"]!.ToString());
        change(body);
        var answer = await api.Admin.SendAsync(HttpMethod.Put, $"/api/v1/products/{product.Id()}", body, ifMatch: "*");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        return answer.Body!;
    }

    private async Task MoveAsync(string variant, int quantity, string kind)
    {
        var answer = await api.Admin.SendAsync(HttpMethod.Post, $"/api/v1/variants/{variant}/stock/movements", new { quantity, kind });
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
    }

    private static async Task<string?> CacheStatusAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address, Ct);
        return answer.Says("Cache-Status");
    }
}
