using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog;

/// <summary>Lists over one catalogue of 60 books, whose years, ratings and titles hold ties and gaps.</summary>
public sealed class BookListTests(BookListTests.Catalogue catalogue) : IClassFixture<BookListTests.Catalogue>
{
    [Theory]
    [InlineData("title")]
    [InlineData("year")]
    [InlineData("popularity")]
    public async Task Pages_hold_every_book_once_and_in_order(string sort)
    {
        var all = new List<JsonNode>();
        for (var next = ""; next is not null;)
        {
            var page = await catalogue.Client.ReadAsync($"/api/v1/books?sort={sort}&limit=7{(next.Length > 0 ? $"&after={next}" : "")}");
            all.AddRange(page["items"]!.AsArray().Select(item => item!.DeepClone()));
            next = page["next"]?.GetValue<string>();
        }

        Assert.Equal(60, all.Select(b => b["id"]!.GetValue<Guid>()).Distinct().Count());
        Assert.Equal(60, all.Count);
        Assert.Equal(sort switch
        {
            "title" => all.OrderBy(Title, StringComparer.OrdinalIgnoreCase).ThenBy(Id),
            "year" => all.OrderByDescending(b => b["publishedYear"]?.GetValue<int>() ?? int.MinValue).ThenByDescending(Id),
            _ => all.OrderByDescending(b => b["ratingsCount"]!.GetValue<long>()).ThenByDescending(Id),
        }, all);

        // .NET orders a Guid's parts as numbers, PostgreSQL a uuid by its bytes: as text they agree.
        static string Id(JsonNode book) => book["id"]!.GetValue<string>();
        static string Title(JsonNode book) => book["title"]!.GetValue<string>();
    }

    [Fact]
    public async Task Books_added_between_two_pages_shift_nothing()
    {
        var first = await catalogue.Client.ReadAsync("/api/v1/books?limit=5");
        var id = await catalogue.Admin.AddAsync("/api/v1/books", new { title = "AAA comes first" });

        var second = await catalogue.Client.ReadAsync($"/api/v1/books?limit=5&after={first["next"]}");

        Assert.Empty(first.Items("id").Intersect(second.Items("id")));
        Assert.DoesNotContain("AAA comes first", second.Items("title"));
        Assert.Equal(HttpStatusCode.NoContent, (await catalogue.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/books/{id}", ifMatch: "*")).Status);
    }

    [Theory]
    [InlineData("limit=1", 1)]
    [InlineData("limit=100", 60)]
    [InlineData("", 20)]
    [InlineData("limit=100&year=1900", 6)]
    [InlineData("limit=100&year=-350", 0)]
    [InlineData("limit=100&language=en", 40)]
    [InlineData("limit=100&language=EN-gb", 20)]
    [InlineData("limit=100&language=fr", 0)]
    [InlineData("limit=100&category=fiction", 40)]
    [InlineData("limit=100&category=sea", 20)]
    [InlineData("limit=100&category=nowhere", 0)]
    [InlineData("limit=100&category=fiction&language=en-GB", 10)]
    public async Task Filters_and_limits_are_kept(string query, int count)
    {
        var page = await catalogue.Client.ReadAsync($"/api/v1/books?{query}");

        Assert.Equal(count, page["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_category_and_an_author_list_their_own_books()
    {
        var byCategory = await catalogue.Client.ReadAsync($"/api/v1/categories/{catalogue.Fiction}/books?limit=100&sort=year");
        var byFilter = await catalogue.Client.ReadAsync($"/api/v1/books?category={catalogue.Fiction}&limit=100&sort=year");
        var byAuthor = await catalogue.Client.ReadAsync($"/api/v1/authors/{catalogue.Author}/books?limit=100");
        var byAuthorFilter = await catalogue.Client.ReadAsync($"/api/v1/books?author={catalogue.Author}&limit=100");

        Assert.Equal(40, byCategory.Items("id").Count);
        Assert.Equal(byFilter.Items("id"), byCategory.Items("id"));
        Assert.Equal(30, byAuthor.Items("id").Count);
        Assert.Equal(byAuthorFilter.Items("id"), byAuthor.Items("id"));
    }

    [Fact]
    public async Task The_tree_counts_each_book_once_with_all_below()
    {
        JsonNode tree = null!, fiction = null!;
        await Eventually.HoldsAsync(async () =>
        {
            tree = await catalogue.Client.ReadAsync("/api/v1/categories");
            fiction = tree["items"]!.AsArray().Single(c => c!["slug"]!.GetValue<string>() == "fiction")!;
            return fiction["bookCount"]!.GetValue<int>() == 40;
        }, "the worker has counted");

        Assert.Equal(["sea", "sky"], fiction["children"]!.AsArray().Select(c => c!["slug"]!.GetValue<string>()));
        Assert.Equal(20, fiction["children"]![0]!["bookCount"]!.GetValue<int>());
        Assert.Null(tree["next"]);
    }

    [Fact]
    public async Task A_list_takes_at_most_three_statements_however_long_it_is()
    {
        foreach (var address in new[] { "/api/v1/books?limit=100", "/api/v1/books?limit=100&category=fiction&sort=year", $"/api/v1/authors/{catalogue.Author}/books?limit=100", "/api/v1/categories", "/api/v1/authors" })
        {
            Assert.InRange(await CountStatementsAsync(address), 1, 3);
        }
    }

    // Those of this request's trace: workers of the same process have statements of their own.
    private async Task<int> CountStatementsAsync(string address)
    {
        await catalogue.Services.GetRequiredService<CacheManager>().InvalidateAllAsync();
        var trace = ActivityTraceId.CreateRandom();
        var statements = 0;
        using var listener = new ActivityListener
        {
            // What is loaded for the cache runs apart from its request, and follows it by the load's own span.
            ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore" or "Platform.Caching",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.Source.Name == "Npgsql" && activity.TraceId == trace)
                {
                    Interlocked.Increment(ref statements);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("traceparent", $"00-{trace.ToHexString()}-00f067aa0ba902b7-01");
        using var response = await catalogue.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return statements;
    }

    [Theory]
    [InlineData("sort=year", "sort=title")]
    [InlineData("sort=title", "sort=title&language=en")]
    [InlineData("category=fiction", "category=sea")]
    public async Task A_cursor_of_another_list_is_refused(string one, string other)
    {
        var next = (await catalogue.Client.ReadAsync($"/api/v1/books?limit=5&{one}"))["next"]!.GetValue<string>();

        var answer = await catalogue.Client.SendAsync(HttpMethod.Get, $"/api/v1/books?limit=5&{other}&after={next}");

        answer.AssertProblem(HttpStatusCode.BadRequest, "after");
    }

    [Fact]
    public async Task A_cursor_with_any_character_changed_never_fails_the_server()
    {
        var next = (await catalogue.Client.ReadAsync("/api/v1/books?limit=5&sort=year"))["next"]!.GetValue<string>();

        for (var at = 0; at < next.Length; at++)
        {
            var changed = next[..at] + (next[at] == 'A' ? 'B' : 'A') + next[(at + 1)..];
            var answer = await catalogue.Client.SendAsync(HttpMethod.Get, $"/api/v1/books?sort=year&after={changed}");
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{changed}: {answer.Body}");
        }
    }

    [Fact]
    public async Task Authors_are_found_by_a_part_of_the_name_and_listed_by_pages()
    {
        await catalogue.Admin.AddAuthorAsync("Percy 100% Shelley_");

        Assert.Equal(["Percy 100% Shelley_"], (await catalogue.Client.ReadAsync("/api/v1/authors?q=100%25")).Items("name"));
        Assert.Empty((await catalogue.Client.ReadAsync("/api/v1/authors?q=1_0")).Items("name"));
        var first = await catalogue.Client.ReadAsync("/api/v1/authors?limit=1");
        var second = await catalogue.Client.ReadAsync($"/api/v1/authors?limit=1&after={first["next"]}");
        // By alphabet, whatever the accents.
        Assert.Equal(["Émile Zola", "Mary Shelley"], first.Items("name").Concat(second.Items("name")));
    }

    /// <summary>The Api with its catalogue.</summary>
    public sealed class Catalogue(Stack stack) : IAsyncLifetime
    {
        private readonly ApiFixture _api = new(stack);

        public HttpClient Client => _api.Client;
        public HttpClient Admin => _api.Admin;
        public IServiceProvider Services => _api.Services;
        public Guid Author { get; private set; }
        public Guid Fiction { get; private set; }

        public async ValueTask InitializeAsync()
        {
            await _api.InitializeAsync();
            Author = await Admin.AddAuthorAsync("Mary Shelley");
            var other = await Admin.AddAuthorAsync("Émile Zola");
            Fiction = await Admin.AddCategoryAsync("fiction");
            var sea = await Admin.AddCategoryAsync("sea", Fiction);
            var sky = await Admin.AddCategoryAsync("sky", Fiction);
            for (var i = 0; i < 60; i++)
            {
                // In both the parent and a child: counted once.
                Guid[] categories = (i % 3) switch { 0 => [Fiction, sea], 1 => [sky], _ => [] };
                await Admin.AddAsync("/api/v1/books", new
                {
                    title = (i % 10) switch { 0 => "Same title", 1 => "same title b", _ => $"Title {i:00}" },
                    authorIds = i % 2 == 0 ? new[] { Author, other } : [other],
                    categoryIds = categories,
                    publishedYear = i % 5 == 0 ? (int?)null : 1899 + (i % 10),
                    language = (i % 3) switch { 0 => "en", 1 => i % 2 == 0 ? "en-GB" : null, _ => i % 2 == 0 ? "en-GB" : null },
                });
            }

            await _api.Database.ExecuteAsync("UPDATE catalog.books SET ratings_count = abs(hashtext(id::text)) % 7");
        }

        public ValueTask DisposeAsync() => _api.DisposeAsync();
    }
}
