using System.Net;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Http;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http;

/// <summary>What a list costs does not grow with what is in it.</summary>
public sealed class ListBudgetTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    // Each with the statement that says who asks, where it is about somebody's own rows.
    private const int Most = 4;

    // Lists that are no pages. A search and its suggestions are one function of the database each (search_results.sql).
    private static readonly string[] Whole = ["/api/v1/books/{id}/similar", "/api/v1/categories", "/api/v1/products/{id}/availability", "/api/v1/cart"];

    private Guid _author, _category, _address;
    private string _product = "", _book = "", _variant = "";

    [Fact]
    public async Task A_list_costs_the_same_few_statements_however_long_it_is()
    {
        await AddAsync(3);
        var few = await CostsAsync("few");

        await AddAsync(9);
        var many = await CostsAsync("many");

        Assert.All(few, cost => Assert.InRange(cost.Value, 1, Most));
        Assert.Equal(few, many);
    }

    [Fact]
    public void Every_list_is_among_them()
    {
        var lists = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("GET") is true
                && e.Metadata.OfType<IProducesResponseTypeMetadata>().Any(m => m is { StatusCode: 200, Type.IsGenericType: true } && m.Type.GetGenericTypeDefinition() == typeof(Page<>)))
            .Select(e => e.RoutePattern.RawText!.TrimEnd('/'));

        Assert.Equal(Addresses().Keys.Order(StringComparer.Ordinal), lists.Concat(Whole).Distinct().Order(StringComparer.Ordinal));
    }

    private Dictionary<string, string> Addresses() => new()
    {
        ["/api/v1/books"] = "books?sort=title&limit=100",
        ["/api/v1/books/{id}/similar"] = $"books/{_book}/similar?limit=20",
        ["/api/v1/authors"] = "authors?limit=100",
        ["/api/v1/authors/{id}/books"] = $"authors/{_author}/books?limit=100",
        ["/api/v1/categories"] = "categories",
        ["/api/v1/categories/{id}/books"] = $"categories/{_category}/books?limit=100",
        ["/api/v1/products"] = "products?limit=100",
        ["/api/v1/staff/products"] = "staff/products?status=active&limit=100",
        ["/api/v1/products/{id}/availability"] = $"products/{_product}/availability",
        ["/api/v1/products/{id}/reviews"] = $"products/{_product}/reviews?limit=100",
        ["/api/v1/variants/{id}/stock/movements"] = $"variants/{_variant}/stock/movements?limit=100",
        ["/api/v1/cart"] = "cart",
        ["/api/v1/orders"] = "orders?limit=100",
        ["/api/v1/users/me/addresses"] = "users/me/addresses",
        ["/api/v1/users/me/sessions"] = "users/me/sessions",
    };

    private async Task<SortedDictionary<string, int>> CostsAsync(string cache)
    {
        var count = new StatementCount();
        // With a cache that nobody has read from.
        await using var counted = count.On(ApiFixture.Host(api.Database, ("Cache:Namespace", $"{api.Database.Name}-{cache}")));
        using var client = counted.CreateClient();
        client.DefaultRequestHeaders.Authorization = api.Admin.DefaultRequestHeaders.Authorization;
        // Who asks is known from then on.
        await client.ReadAsync("/api/v1/users/me");
        var costs = new SortedDictionary<string, int>();
        foreach (var (list, address) in Addresses())
        {
            costs[list] = await count.OfAsync(() => client.ReadAsync($"/api/v1/{address}"));
        }

        return costs;
    }

    // So many more of everything.
    private async Task AddAsync(int count)
    {
        if (_author == Guid.Empty)
        {
            (_author, _category) = (await api.Admin.AddAuthorAsync("Jane"), await api.Admin.AddCategoryAsync("novels"));
            var product = await api.Admin.AddStockedAsync(1000);
            (_product, _variant, _book) = (product.Id(), product.Variant(), product["bookId"]!.GetValue<string>());
            _address = await api.Admin.AddAddressAsync();
        }

        foreach (var variant in await api.Database.AddVariantsAsync(System.Text.Json.Nodes.JsonNode.Parse($$"""{"id":"{{_product}}"}""")!, count))
        {
            await CartTests.PutAsync(api.Admin, variant, 1);
        }

        await api.Database.ExecuteAsync("""
            WITH readers AS (
                INSERT INTO identity.users (id, user_name, normalized_user_name, created_at) SELECT gen_random_uuid(), name, name, now() FROM (SELECT gen_random_uuid()::text AS name FROM generate_series(1, $1)) n
                RETURNING id)
            INSERT INTO store.reviews (id, book_id, user_id, rating, created_at) SELECT gen_random_uuid(), $2, id, 3, now() FROM readers
            """, count, Guid.Parse(_book));
        for (var n = 0; n < count; n++)
        {
            var author = await api.Admin.AddAuthorAsync("Cassandra");
            await api.Admin.AddAsync("/api/v1/books", new { title = "Emma", authorIds = new[] { _author, author }, categoryIds = new[] { _category } });
            await api.Admin.AddProductAsync();
            await api.Admin.AddStockAsync(_variant, 1);
            await api.Admin.AddAddressAsync();
            Assert.Equal(HttpStatusCode.Created, (await api.Admin.OrderAsync(_address, _variant)).Status);
            using var again = api.NewClient();
            await again.LogInAsAdminAsync(api.Database);
        }

        await Eventually.HoldsAsync(async () => await api.Database.ScalarAsync<bool>(
            "SELECT (SELECT count(*) FROM catalog.books) = (SELECT count(*) FROM catalog.book_embeddings)"), "all books have their vector");
    }
}
