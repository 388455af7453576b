using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Caching;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http;

/// <summary>What everybody may read is answered by the cache, and says so.</summary>
public sealed class PublicReadTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Loaded = "platform; fwd=miss; stored";
    private const string FromMemory = "platform; hit; detail=memory";

    public static TheoryData<string> Reads => new(
        "books", "books?sort=year&limit=3", "books/{book}", "books/isbn/978-0-14-243724-7", "books/{book}/similar", "authors", "authors?q=mel",
        "authors/{author}", "authors/{author}/books", "categories", "categories/{category}", "categories/{category}/books", "search?q=whale", "search/suggest?q=wha");

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_read_is_loaded_once_and_then_comes_from_memory(string read)
    {
        await using var own = await Shelf.StockAsync(api);

        using var first = await own.GetAsync(read);
        using var second = await own.GetAsync(read);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [first.StatusCode, second.StatusCode]);
        Assert.Equal((Loaded, FromMemory), (first.Says("Cache-Status"), second.Says("Cache-Status")));
        Assert.Null(first.Says("Age"));
        Assert.InRange(int.Parse(second.Says("Age")!, CultureInfo.InvariantCulture), 0, 60);
        Assert.Equal(await first.BytesAsync(), await second.BytesAsync());
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        Assert.False(first.Headers.ETag!.IsWeak);
        Assert.Equal("application/json; charset=utf-8", second.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Others_may_keep_an_answer_for_half_a_minute_from_now(string read)
    {
        await using var own = await Shelf.StockAsync(api);
        (await own.GetAsync(read)).Dispose();

        using var response = await own.GetAsync(read);

        var control = response.Headers.CacheControl!;
        Assert.True(control.Public);
        Assert.Equal(TimeSpan.FromSeconds(30), control.MaxAge - response.Headers.Age);
        Assert.Equal("stale-while-revalidate=30", Assert.Single(control.Extensions).ToString());
        Assert.Null(response.Says("Vary"));
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Head_says_what_get_says_without_the_body(string read)
    {
        await using var own = await Shelf.StockAsync(api);
        // What else is done for new books may make it unread once more.
        await Eventually.HoldsAsync(async () =>
        {
            using var kept = await own.GetAsync(read);
            return kept.Says("Cache-Status") == FromMemory;
        }, "it is in memory");
        using var get = await own.GetAsync(read);

        using var head = await own.SendAsync(HttpMethod.Head, read);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal((await get.BytesAsync()).Length, head.Content.Headers.ContentLength);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Equal(get.Says("Cache-Status"), head.Says("Cache-Status"));
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.BytesAsync());
    }

    [Fact]
    public async Task What_another_node_has_loaded_comes_from_redis()
    {
        await using var own = await Shelf.StockAsync(api);
        await using var other = ApiFixture.Host(api.Database);
        using var client = other.CreateClient();
        await api.Services.GetRequiredService<CacheManager>().AttachedAsync(TestContext.Current.CancellationToken);
        await other.Services.GetRequiredService<CacheManager>().AttachedAsync(TestContext.Current.CancellationToken);
        using var loaded = await own.GetAsync("books/{book}");

        using var response = await client.GetAsync(own.Address("books/{book}"), TestContext.Current.CancellationToken);

        Assert.Equal("platform; hit; detail=redis", response.Says("Cache-Status"));
        Assert.Equal(await loaded.BytesAsync(), await response.BytesAsync());
        Assert.Equal(loaded.Headers.ETag, response.Headers.ETag);
        Assert.NotNull(response.Headers.Age);
    }

    [Fact]
    public async Task Nothing_that_a_request_says_changes_the_answer_but_its_address()
    {
        await using var own = await Shelf.StockAsync(api);
        using var plain = await own.GetAsync("books/{book}");
        foreach (var (name, value) in new[] { ("Accept", "text/html"), ("Accept-Language", "de"), ("Accept-Encoding", "br"), ("Authorization", api.Admin.DefaultRequestHeaders.Authorization!.ToString()), ("Authorization", "Bearer wrong"), ("Cookie", "a=b") })
        {
            using var response = await own.SendAsync(HttpMethod.Get, "books/{book}", (name, value));

            Assert.Equal(await plain.BytesAsync(), await response.BytesAsync());
            Assert.Equal(FromMemory, response.Says("Cache-Status"));
        }
    }

    [Fact]
    public async Task Many_who_ask_for_the_same_at_once_get_the_same_answer()
    {
        await using var own = await Shelf.StockAsync(api);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => own.GetAsync("books/{book}")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Single(answers.Select(answer => answer.Headers.ETag!.Tag).Distinct());
    }

    [Fact]
    public async Task That_there_is_none_is_remembered_and_not_stored_by_others()
    {
        var address = $"/api/v1/books/{Guid.CreateVersion7()}";

        using var first = await api.Client.GetAsync(address, TestContext.Current.CancellationToken);
        using var second = await api.Client.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound], [first.StatusCode, second.StatusCode]);
        Assert.Equal((Loaded, FromMemory), (first.Says("Cache-Status"), second.Says("Cache-Status")));
        Assert.All([first, second], answer => Assert.Equal("no-store", answer.Says("Cache-Control")));
        Assert.NotEqual(await first.BytesAsync(), await second.BytesAsync());
    }

    [Fact]
    public async Task A_number_that_no_book_had_is_found_once_one_has_it()
    {
        const string Address = "/api/v1/books/isbn/9780804429573";
        (await api.Client.SendAsync(HttpMethod.Get, Address)).AssertProblem(HttpStatusCode.NotFound);

        await api.Admin.AddAsync("/api/v1/books", new { title = "Middlemarch", identifiers = new { isbn13 = "9780804429573" } });

        Assert.Equal(HttpStatusCode.OK, (await api.Client.SendAsync(HttpMethod.Get, Address)).Status);
    }

    [Fact]
    public async Task A_reader_sees_what_was_written_before()
    {
        await using var own = await Shelf.StockAsync(api);
        for (var round = 0; round < 20; round++)
        {
            var before = await api.Client.SendAsync(HttpMethod.Get, own.Address("books/{book}"));

            var written = await api.Admin.SendAsync(HttpMethod.Put, own.Address("books/{book}"), new { title = $"Edition {round}" }, ifMatch: before.ETag);

            var after = await api.Client.SendAsync(HttpMethod.Get, own.Address("books/{book}"));
            Assert.Equal(HttpStatusCode.OK, written.Status);
            Assert.Equal(written.ETag, after.ETag);
            Assert.Equal($"Edition {round}", after.Body!["title"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task A_write_is_compared_with_the_database_and_not_with_the_cache()
    {
        await using var own = await Shelf.StockAsync(api);
        var cached = await api.Client.SendAsync(HttpMethod.Get, own.Address("books/{book}"));
        await api.Database.ExecuteAsync("UPDATE catalog.books SET title = 'Behind its back' WHERE id = $1", own.Book);
        Assert.Equal(cached.ETag, (await api.Client.SendAsync(HttpMethod.Get, own.Address("books/{book}"))).ETag);

        var answer = await api.Admin.SendAsync(HttpMethod.Put, own.Address("books/{book}"), new { title = "Mine" }, ifMatch: cached.ETag);

        answer.AssertProblem(HttpStatusCode.PreconditionFailed);
    }
}
