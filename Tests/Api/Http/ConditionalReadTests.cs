using System.Net;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http;

/// <summary><c>If-None-Match</c> on public reads: RFC 9110, 13.1.2.</summary>
public sealed class ConditionalReadTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("{etag}")]
    [InlineData("W/{etag}")]
    [InlineData("*")]
    [InlineData("\"other\", {etag}")]
    [InlineData("\"a, b\",W/{etag} , \"c\"")]
    [InlineData("\"other\"|{etag}")]
    public async Task A_reader_who_has_the_answer_gets_304(string known)
    {
        await using var shelf = await Shelf.StockAsync(api);
        using var full = await shelf.GetAsync("books/{book}");

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var answer = await shelf.SendAsync(method, "books/{book}", Known(known, full));

            Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
            Assert.Empty(await answer.BytesAsync());
            Assert.Equal(full.Headers.ETag, answer.Headers.ETag);
            Assert.Equal("platform; hit; detail=memory", answer.Says("Cache-Status"));
            Assert.StartsWith("public, max-age=", answer.Says("Cache-Control"), StringComparison.Ordinal);
            Assert.Null(answer.Content.Headers.ContentLength is > 0 ? answer.Content.Headers.ContentLength : null);
        }
    }

    [Theory]
    [InlineData("\"other\"")]
    [InlineData("W/\"other\", \"another\"")]
    [InlineData("not-a-tag")]
    [InlineData("")]
    public async Task A_reader_who_has_something_else_gets_the_answer(string known)
    {
        await using var shelf = await Shelf.StockAsync(api);
        using var full = await shelf.GetAsync("books/{book}");

        using var answer = await shelf.SendAsync(HttpMethod.Get, "books/{book}", Known(known, full));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(await full.BytesAsync(), await answer.BytesAsync());
    }

    [Fact]
    public async Task A_star_does_not_make_a_book_of_none()
    {
        await using var shelf = await Shelf.StockAsync(api);

        using var answer = await shelf.SendAsync(HttpMethod.Get, $"books/{Guid.CreateVersion7()}", ("If-None-Match", "*"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static (string Name, string Value)[] Known(string known, HttpResponseMessage full) =>
        [.. known.Replace("{etag}", full.Headers.ETag!.Tag, StringComparison.Ordinal).Split('|').Select(line => ("If-None-Match", line))];
}
