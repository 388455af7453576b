using System.Net;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog;

public sealed class CategoryTreeTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_category_cannot_be_put_under_itself_or_below()
    {
        var top = await api.Admin.AddCategoryAsync("top");
        var middle = await api.Admin.AddCategoryAsync("middle", top);
        var bottom = await api.Admin.AddCategoryAsync("bottom", middle);

        (await MoveAsync(top, "top", top)).AssertProblem(HttpStatusCode.Conflict, "parentId");
        (await MoveAsync(top, "top", bottom)).AssertProblem(HttpStatusCode.Conflict, "parentId");
        Assert.Equal(HttpStatusCode.OK, (await MoveAsync(bottom, "bottom", top)).Status);
    }

    [Fact]
    public async Task Two_moves_at_once_never_close_a_circle()
    {
        for (var round = 0; round < 10; round++)
        {
            var one = await api.Admin.AddCategoryAsync($"one-{round}");
            var two = await api.Admin.AddCategoryAsync($"two-{round}");

            var answers = await Task.WhenAll(MoveAsync(one, $"one-{round}", two), MoveAsync(two, $"two-{round}", one));

            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], answers.Select(a => a.Status).Order());
        }

        Assert.Equal(0, await api.Database.ScalarAsync<long>("""
            WITH RECURSIVE up AS (
                SELECT id AS start, parent_id FROM catalog.categories
                UNION SELECT up.start, c.parent_id FROM up JOIN catalog.categories c ON c.id = up.parent_id)
            SELECT count(*) FROM up WHERE parent_id = start
            """));
    }

    [Fact]
    public async Task The_tree_has_at_most_ten_levels()
    {
        Guid? parent = null;
        for (var level = 1; level <= 10; level++)
        {
            parent = await api.Admin.AddCategoryAsync($"level-{level}", parent);
        }

        var eleventh = await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/categories", new { name = "x", slug = "level-11", parentId = parent });

        eleventh.AssertProblem(HttpStatusCode.Conflict, "parentId");
    }

    [Fact]
    public async Task A_slug_is_one_live_categorys()
    {
        var id = await api.Admin.AddCategoryAsync("drama");

        (await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/categories", new { name = "Drama", slug = "drama" })).AssertProblem(HttpStatusCode.Conflict, "slug");
        await api.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/categories/{id}", ifMatch: "*");

        Assert.NotEqual(id, await api.Admin.AddCategoryAsync("drama"));
    }

    [Fact]
    public async Task A_category_with_others_below_cannot_be_deleted()
    {
        var parent = await api.Admin.AddCategoryAsync("parent");
        await api.Admin.AddCategoryAsync("child", parent);

        (await api.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/categories/{parent}", ifMatch: "*")).AssertProblem(HttpStatusCode.Conflict);
    }

    private Task<CatalogClient.Answer> MoveAsync(Guid id, string slug, Guid parentId) =>
        api.Admin.SendAsync(HttpMethod.Put, $"/api/v1/categories/{id}", new { name = slug, slug, parentId }, ifMatch: "*");
}
