using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api;
using Platform.CacheMap;
using Platform.Caching;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Diagnostics;

public sealed class CacheEndpointTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Address = "/api/v1/diagnostics/cache";
    private const string Invalidate = Address + "/invalidate";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static readonly TheoryData<string, string> Mistakes = new()
    {
        { "{}", "keys" },
        { """{"keys":[],"tags":[]}""", "keys" },
        { """{"all":false}""", "keys" },
        { """{"all":true,"tags":["books"]}""", "all" },
        { """{"keys":["book:1",""]}""", "keys[1]" },
        { """{"tags":[null]}""", "tags[0]" },
        { """{"keys":["a\nb"]}""", "keys[0]" },
        { $$"""{"keys":["{{new string('k', CacheKey.MaxBytes + 1)}}"]}""", "keys[0]" },
        { $$"""{"keys":["{{new string('ж', (CacheKey.MaxBytes / 2) + 1)}}"]}""", "keys[0]" },
        { $$"""{"tags":[{{string.Join(',', Enumerable.Repeat("\"t\"", 1001))}}]}""", "tags" },
    };

    [Fact]
    public async Task Only_administrators_see_the_cache_and_empty_it()
    {
        (await api.Client.SendAsync(HttpMethod.Get, Address)).AssertProblem(HttpStatusCode.Unauthorized);
        (await api.Client.SendAsync(HttpMethod.Post, Invalidate, new { all = true })).AssertProblem(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Every_family_of_the_table_is_shown()
    {
        var state = await api.Admin.ReadAsync(Address);

        Assert.Equal(CachePolicies.All.Select(policy => policy.Family).Order(StringComparer.Ordinal), state["families"]!.AsArray().Select(family => family!["name"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Hits_misses_entries_and_bytes_are_counted_by_family()
    {
        var author = await api.Admin.AddAuthorAsync("Jane Austen");
        await AttachedAsync(api.Services);
        var before = await FamilyAsync("author");

        await api.Client.ReadAsync($"/api/v1/authors/{author}");
        await api.Client.ReadAsync($"/api/v1/authors/{author}");
        await api.Client.ReadAsync($"/api/v1/authors/{author}");

        var after = await FamilyAsync("author");
        Assert.Equal(1, Count(after, "misses") - Count(before, "misses"));
        Assert.Equal(2, Count(after, "memoryHits") - Count(before, "memoryHits"));
        Assert.Equal(1, Count(after, "entries") - Count(before, "entries"));
        Assert.InRange(Count(after, "bytes") - Count(before, "bytes"), 100, 10_000);
        var hits = Count(after, "memoryHits") + Count(after, "redisHits");
        Assert.Equal((double)hits / (hits + Count(after, "misses")), after["hitRatio"]!.GetValue<double>(), 12);
        Assert.True((await api.Admin.ReadAsync(Address))["bytes"]!.GetValue<long>() >= Count(after, "bytes"));
    }

    [Theory]
    [InlineData("keys")]
    [InlineData("tags")]
    [InlineData("all")]
    public async Task What_changed_past_the_api_is_read_anew_once_it_is_invalidated_on_every_process(string by)
    {
        var author = await api.Admin.AddAuthorAsync("Emily Bronte");
        var book = await api.Admin.AddAsync("/api/v1/books", new { title = "Wuthering Heights", authorIds = new[] { author } });
        await using var other = ApiFixture.Host(api.Database);
        using var otherClient = other.CreateClient();
        await AttachedAsync(api.Services);
        await AttachedAsync(other.Services);
        Assert.Equal(("Emily Bronte", "Emily Bronte"), (await AuthorOfAsync(api.Client, book), await AuthorOfAsync(otherClient, book)));
        await api.Database.ExecuteAsync("UPDATE catalog.authors SET name = 'Emily Brontë' WHERE id = $1", author);
        Assert.Equal(("Emily Bronte", "Emily Bronte"), (await AuthorOfAsync(api.Client, book), await AuthorOfAsync(otherClient, book)));

        var answer = await api.Admin.SendAsync(HttpMethod.Post, Invalidate, by switch
        {
            "keys" => new { keys = new[] { CacheKeys.Book(book).Value } },
            "tags" => new { tags = new[] { CacheTags.Author(author).Value } },
            _ => new { all = true },
        });

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Equal("Emily Brontë", await AuthorOfAsync(api.Client, book));
        await Eventually.HoldsAsync(async () => await AuthorOfAsync(otherClient, book) == "Emily Brontë", "the other process reads it anew");
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task What_names_nothing_that_could_be_cached_is_refused(string body, string field)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        var answer = await api.Admin.SendAsync(HttpMethod.Post, Invalidate, content);

        answer.AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"keys":"book:1"}""")]
    [InlineData("""{"keys":[1]}""")]
    [InlineData("""{"key":["book:1"]}""")]
    [InlineData("""{"all":"true"}""")]
    public async Task A_body_of_another_form_is_refused(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        var answer = await api.Admin.SendAsync(HttpMethod.Post, Invalidate, content);

        answer.AssertProblem(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_state_of_the_cache_is_not_cached()
    {
        using var response = await api.Admin.GetAsync(Address, Cancellation);

        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    private static Task AttachedAsync(IServiceProvider services) => services.GetRequiredService<CacheManager>().AttachedAsync(Cancellation);

    private static async Task<string> AuthorOfAsync(HttpClient client, Guid book) =>
        (await client.ReadAsync($"/api/v1/books/{book}"))["authors"]![0]!["name"]!.GetValue<string>();

    private static long Count(JsonNode family, string what) => family[what]!.GetValue<long>();

    private async Task<JsonNode> FamilyAsync(string name) =>
        (await api.Admin.ReadAsync(Address))["families"]!.AsArray().Single(family => family!["name"]!.GetValue<string>() == name)!;
}
