using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog.Embeddings;

public sealed class SimilarBooksTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private readonly Dictionary<string, Guid> _books = [];

    public async ValueTask InitializeAsync()
    {
        await api.Database.ExecuteAsync("DELETE FROM catalog.books");
        foreach (var title in (string[])["The Vampire's Bite", "Vampires at Midnight", "A Witch's Blood", "French Cooking at Home", "Bread and Cake Recipes", "The Stock Market Investor"])
        {
            _books[title] = Guid.CreateVersion7();
            await api.Database.ExecuteAsync(
                "INSERT INTO catalog.books (id, title, created_at, updated_at) VALUES ($1, $2, now(), now())", _books[title], title);
        }
        await Eventually.HoldsAsync(
            async () => await api.Database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_embeddings") == _books.Count, "all vectors");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Books_about_the_same_come_first_and_the_book_itself_not_at_all()
    {
        var titles = await TitlesAsync($"/api/v1/books/{_books["The Vampire's Bite"]}/similar");

        Assert.Equal(["Vampires at Midnight", "A Witch's Blood"], titles[..2]);
        Assert.Equal(_books.Count - 1, titles.Count);
        Assert.DoesNotContain("The Vampire's Bite", titles);
    }

    [Fact]
    public async Task Limit_says_how_many_at_most()
    {
        Assert.Equal(["Bread and Cake Recipes"], await TitlesAsync($"/api/v1/books/{_books["French Cooking at Home"]}/similar?limit=1"));
    }

    [Fact]
    public async Task A_book_without_a_vector_yet_is_compared_all_the_same()
    {
        await api.Database.ExecuteAsync("DELETE FROM catalog.book_embeddings WHERE book_id = $1", _books["French Cooking at Home"]);

        var titles = await TitlesAsync($"/api/v1/books/{_books["French Cooking at Home"]}/similar?limit=1");

        Assert.Equal(["Bread and Cake Recipes"], titles);
    }

    [Fact]
    public async Task A_deleted_book_is_not_similar_to_any()
    {
        await api.Database.ExecuteAsync("UPDATE catalog.books SET deleted_at = now() WHERE id = $1", _books["Bread and Cake Recipes"]);

        var titles = await TitlesAsync($"/api/v1/books/{_books["French Cooking at Home"]}/similar");
        var deleted = await api.Client.GetAsync($"/api/v1/books/{_books["Bread and Cake Recipes"]}/similar", TestContext.Current.CancellationToken);

        Assert.DoesNotContain("Bread and Cake Recipes", titles);
        Assert.Equal(HttpStatusCode.NotFound, deleted.StatusCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("51")]
    [InlineData("-1")]
    [InlineData("abc")]
    public async Task A_limit_out_of_range_is_a_problem_that_names_it(string limit)
    {
        var response = await api.Client.GetAsync($"/api/v1/books/{_books["A Witch's Blood"]}/similar?limit={limit}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(problem.GetProperty("errors").TryGetProperty("limit", out _));
    }

    [Fact]
    public async Task A_book_that_is_not_there_is_404()
    {
        var response = await api.Client.GetAsync($"/api/v1/books/{Guid.CreateVersion7()}/similar", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    private async Task<List<string>> TitlesAsync(string address)
    {
        var answer = await api.Client.GetFromJsonAsync<JsonElement>(address, TestContext.Current.CancellationToken);
        return [.. answer.GetProperty("items").EnumerateArray().Select(book => book.GetProperty("title").GetString()!)];
    }
}
