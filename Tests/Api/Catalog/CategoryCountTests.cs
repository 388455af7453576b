using System.Text.Json.Nodes;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog;

/// <summary>The numbers of books in <c>GET /categories</c>, which a worker keeps.</summary>
public sealed class CategoryCountTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Counts_follow_whatever_changes_them_even_past_the_api()
    {
        var top = await api.Admin.AddCategoryAsync("top");
        var left = await api.Admin.AddCategoryAsync("left", top);
        var right = await api.Admin.AddCategoryAsync("right", top);
        await AreAsync("top 0", "left 0", "right 0");

        var both = await api.Admin.AddAsync("/api/v1/books", new { title = "Both", categoryIds = new[] { left, right } });
        var one = await api.Admin.AddAsync("/api/v1/books", new { title = "One", categoryIds = new[] { top, right } });
        await AreAsync("top 2", "left 1", "right 2");

        await api.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/books/{one}", ifMatch: "*");
        await AreAsync("top 1", "left 1", "right 1");

        await api.Admin.SendAsync(HttpMethod.Put, $"/api/v1/categories/{right}", new { name = "right", slug = "right" }, ifMatch: "*");
        await api.Database.ExecuteAsync("DELETE FROM catalog.book_categories WHERE book_id = $1 AND category_id = $2", both, left);
        await AreAsync("top 0", "left 0", "right 1");

        await api.Database.ExecuteAsync("UPDATE catalog.categories SET parent_id = $1 WHERE id = $2", left, right);
        await AreAsync("top 1", "left 1", "right 1");

        await api.Database.ExecuteAsync("UPDATE catalog.books SET deleted_at = now() WHERE id = $1", both);
        await AreAsync("top 0", "left 0", "right 0");
    }

    private Task AreAsync(params string[] counts) => Eventually.HoldsAsync(async () =>
    {
        var tree = await api.Client.ReadAsync("/api/v1/categories");
        return counts.Order(StringComparer.Ordinal).SequenceEqual(Flat(tree["items"]!).Order(StringComparer.Ordinal));
    }, string.Join(", ", counts));

    private static IEnumerable<string> Flat(JsonNode categories) =>
        categories.AsArray().SelectMany(category => Flat(category!["children"]!).Prepend($"{category["slug"]} {category["bookCount"]}"));
}
