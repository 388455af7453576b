using System.Net;
using System.Text.Json.Nodes;
using Platform.Api.Identity.Accounts;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

/// <summary>What the store's tests say often.</summary>
internal static class Shop
{
    private static int _made;

    /// <summary>A book, and a product that sells it as paperback and hardcover.</summary>
    public static async Task<JsonNode> AddProductAsync(this HttpClient staff, string? slug = null, string status = "active", decimal price = 9.90m)
    {
        var made = await staff.SendAsync(HttpMethod.Post, "/api/v1/products", Product(await staff.AddAsync("/api/v1/books", new { title = "Emma" }), slug, status, price));
        Assert.True(made.Status == HttpStatusCode.Created, made.Body?.ToJsonString());
        return made.Body!;
    }

    /// <summary>A sound request.</summary>
    public static JsonObject Product(Guid book, string? slug = null, string status = "active", decimal price = 9.90m)
    {
        slug ??= $"emma-{Interlocked.Increment(ref _made)}";
        return new JsonObject
        {
            ["bookId"] = book, ["slug"] = slug, ["title"] = "Emma", ["status"] = status,
            ["variants"] = new JsonArray(
                new JsonObject { ["sku"] = $"{slug}-pb", ["format"] = "paperback", ["price"] = price, ["currency"] = "EUR" },
                new JsonObject { ["sku"] = $"{slug}-hc", ["format"] = "hardcover", ["price"] = price + 10, ["currency"] = "EUR" }),
            ["images"] = new JsonArray(new JsonObject { ["url"] = "https://covers.example.org/emma.jpg", ["alt"] = "A young woman" }),
        };
    }

    public static string Id(this JsonNode thing) => thing["id"]!.GetValue<string>();

    public static string Variant(this JsonNode product, int at = 0) => product["variants"]![at]!["id"]!.GetValue<string>();

    /// <summary>Has so many copies come.</summary>
    public static Task AddStockAsync(this HttpClient staff, string variant, int quantity) =>
        staff.AddAsync($"/api/v1/variants/{variant}/stock/movements", new { quantity, kind = "receipt" });

    /// <summary>Gives a product so many more variants, at 1 EUR each.</summary>
    /// <returns>Their ids, in order.</returns>
    public static async Task<string[]> AddVariantsAsync(this TestDatabase database, JsonNode product, int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).OrderBy(id => id.ToString(), StringComparer.Ordinal).ToArray();
        await database.ExecuteAsync("""
            INSERT INTO store.product_variants (id, product_id, format, sku, price, currency, is_active)
            SELECT id, $1, 'ebook', id, 1, 'EUR', true FROM unnest($2) AS ids (id)
            """, Guid.Parse(product.Id()), ids);
        await database.ExecuteAsync("INSERT INTO store.inventory (variant_id, reserved, reorder_point) SELECT id, 0, 0 FROM unnest($1) AS ids (id)", ids);
        return [.. ids.Select(id => id.ToString())];
    }

    /// <summary>Adds a product whose variants have so many copies each.</summary>
    public static async Task<JsonNode> AddStockedAsync(this HttpClient staff, int copies, decimal price = 9.90m)
    {
        var product = await staff.AddProductAsync(price: price);
        foreach (var at in Enumerable.Range(0, copies == 0 ? 0 : 2))
        {
            await staff.AddStockAsync(product.Variant(at), copies);
        }

        return product;
    }

    /// <summary>Gives the client's account an address.</summary>
    public static Task<Guid> AddAddressAsync(this HttpClient client) => client.AddAsync("/api/v1/users/me/addresses", AddressRequest.Example);

    /// <summary>Orders copies of a variant; under a key of its own when none is given.</summary>
    public static Task<CatalogClient.Answer> OrderAsync(this HttpClient client, Guid address, string variant, int quantity = 1, string? key = null) =>
        client.SendAsync(HttpMethod.Post, "/api/v1/orders", new { addressId = address, items = new[] { new { variantId = variant, quantity } } },
            idempotencyKey: key ?? $"order-{Interlocked.Increment(ref _made)}");

    /// <summary>What is on hand of a variant, and how much of it is promised.</summary>
    public static async Task<(int OnHand, int Reserved)> StockAsync(this HttpClient staff, string variant)
    {
        var stock = await staff.ReadAsync($"/api/v1/variants/{variant}/stock");
        return (stock["onHand"]!.GetValue<int>(), stock["reserved"]!.GetValue<int>());
    }

    /// <summary>Puts an order of the product, of a status, into the books of a user.</summary>
    public static Task BuyAsync(this TestDatabase database, Guid user, JsonNode product, string status) => database.ExecuteAsync("""
        WITH o AS (
            INSERT INTO store.orders (id, user_id, status, currency, total, shipping_address, created_at, reserved_until)
            VALUES (gen_random_uuid(), $1, $2, 'EUR', 9.9, '{}', now(), now()) RETURNING id)
        INSERT INTO store.order_items (order_id, line, variant_id, product_id, title, sku, unit_price, quantity)
        SELECT id, 1, $3, $4, 'Emma', 'E', 9.9, 1 FROM o
        """, user, status, Guid.Parse(product.Variant()), Guid.Parse(product.Id()));
}
