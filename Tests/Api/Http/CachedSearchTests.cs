using Platform.Tests.Support;

namespace Platform.Tests.Api.Http;

/// <summary>Searches that differ in spelling alone are one; what differs otherwise is another.</summary>
public sealed class CachedSearchTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string FromMemory = "platform; hit; detail=memory";
    private const string Loaded = "platform; fwd=miss; stored";

    [Theory]
    [InlineData("search?q=white%20whale", "search?q=%20White%20%20WHALE%20")]
    [InlineData("search?q=white%20whale", "search?limit=20&mode=hybrid&q=white+whale")]
    [InlineData("search?q=white%20whale&language=en-gb", "search?q=white%20whale&language=EN-GB")]
    [InlineData("search/suggest?q=white%20wh", "search/suggest?q=White%09wh&limit=10")]
    public async Task Two_spellings_are_one_search(string one, string other)
    {
        await using var shelf = await Shelf.StockAsync(api);
        using var first = await shelf.GetAsync(one);

        using var second = await shelf.GetAsync(other);

        Assert.Equal((Loaded, FromMemory), (first.Says("Cache-Status"), second.Says("Cache-Status")));
        Assert.Equal(await first.BytesAsync(), await second.BytesAsync());
    }

    [Theory]
    [InlineData("search?q=whale", "search?q=whales")]
    [InlineData("search?q=whale", "search?q=whale&limit=19")]
    [InlineData("search?q=whale", "search?q=whale&mode=text")]
    [InlineData("search?q=whale", "search?q=whale&yearFrom=1851")]
    [InlineData("search?q=whale&yearFrom=1851", "search?q=whale&yearTo=1851")]
    [InlineData("search?q=whale", "search?q=whale&category=whaling")]
    [InlineData("search?q=whale&category=en", "search?q=whale&language=en")]
    [InlineData("search?q=whale", "search?q=whale&author=01890a5d-ac96-774b-bcce-b302099a8057")]
    [InlineData("search?q=whale", "search/suggest?q=whale")]
    [InlineData("search/suggest?q=whale", "search/suggest?q=whale&limit=9")]
    [InlineData("books", "books?sort=year")]
    [InlineData("books?category=2001", "books?year=2001")]
    [InlineData("books", "books?limit=19")]
    [InlineData("authors?q=a", "authors?q=b")]
    [InlineData("authors/{author}/books", "authors/{author}/books?sort=year")]
    public async Task Two_questions_are_two_reads(string one, string other)
    {
        await using var shelf = await Shelf.StockAsync(api);
        using var first = await shelf.GetAsync(one);

        using var second = await shelf.GetAsync(other);

        Assert.Equal((Loaded, Loaded), (first.Says("Cache-Status"), second.Says("Cache-Status")));
    }

    [Theory]
    [InlineData("search")]
    [InlineData("search/suggest")]
    public async Task A_query_longer_than_any_key_is_cached_like_any_other(string path)
    {
        var address = $"{path}?q={Uri.EscapeDataString(new string('書', 200))}";
        await using var shelf = await Shelf.StockAsync(api);
        using var first = await shelf.GetAsync(address);

        using var second = await shelf.GetAsync(address);

        Assert.Equal((Loaded, FromMemory), (first.Says("Cache-Status"), second.Says("Cache-Status")));
    }

    [Theory]
    [InlineData("search")]
    [InlineData("search/suggest")]
    public async Task How_long_the_database_took_is_told_to_whom_it_took_it(string path)
    {
        await using var shelf = await Shelf.StockAsync(api);
        using var loaded = await shelf.GetAsync($"{path}?q=whale");

        using var cached = await shelf.GetAsync($"{path}?q=whale");

        Assert.NotNull(loaded.Says("Server-Timing"));
        Assert.Null(cached.Says("Server-Timing"));
    }
}
