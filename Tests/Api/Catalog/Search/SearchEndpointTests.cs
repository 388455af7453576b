using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog.Search;

public sealed class SearchEndpointTests(SearchEndpointTests.SmallCatalogue catalogue) : IClassFixture<SearchEndpointTests.SmallCatalogue>
{
    private readonly HttpClient _client = catalogue.Api.Client;

    [Theory]
    [InlineData("", "q")]
    [InlineData("q=", "q")]
    [InlineData("q=%20%20", "q")]
    [InlineData("q=%3F%21%3F", "q")]
    [InlineData("q=%F0%9F%98%80", "q")]
    [InlineData("q=a%00b", "q")]
    [InlineData("q=love&limit=0", "limit")]
    [InlineData("q=love&limit=101", "limit")]
    [InlineData("q=love&limit=abc", "limit")]
    [InlineData("q=love&mode=magic", "mode")]
    [InlineData("q=love&author=somebody", "author")]
    [InlineData("q=love&language=english%20please", "language")]
    [InlineData("q=love&category=%00", "category")]
    [InlineData("q=love&yearFrom=2000&yearTo=1999", "yearFrom")]
    [InlineData("q=love&yearFrom=last", "yearFrom")]
    public async Task What_cannot_be_searched_for_is_a_400_that_names_the_field(string parameters, string field)
    {
        var answer = await _client.GetAsync($"/api/v1/search?{parameters}", TestContext.Current.CancellationToken);

        await AssertInvalidAsync(answer, field);
    }

    [Theory]
    [InlineData("search")]
    [InlineData("search/suggest")]
    public async Task A_query_of_four_thousand_characters_is_a_400(string path)
    {
        var answer = await _client.GetAsync($"/api/v1/{path}?q={new string('a', 4_000)}", TestContext.Current.CancellationToken);

        await AssertInvalidAsync(answer, "q");
    }

    [Theory]
    [InlineData("'; DROP TABLE catalog.books; --")]
    [InlineData("' OR '1'='1")]
    [InlineData("a & b | !c <-> (d):*")]
    [InlineData("\\' \" % _ ::tsquery")]
    [InlineData("المكتبة الخضراء")]
    [InlineData("עמוס עוז ‮abc")]
    [InlineData("#no 'such' lexeme#")]
    [InlineData("😀 love 😀")]
    [InlineData("n̈o͟r̈m̈al")]
    public async Task Odd_text_is_searched_for_like_any_other(string text)
    {
        var search = await _client.GetAsync($"/api/v1/search?q={Uri.EscapeDataString(text)}", TestContext.Current.CancellationToken);
        var suggest = await _client.GetAsync($"/api/v1/search/suggest?q={Uri.EscapeDataString(text)}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, search.StatusCode);
        Assert.Equal(HttpStatusCode.OK, suggest.StatusCode);
    }

    [Theory]
    [InlineData("pride and prejudice", "Pride and Prejudice")]
    [InlineData("pirde and prejduice", "Pride and Prejudice")]
    [InlineData("prejudice pride", "Pride and Prejudice")]
    [InlineData("austen pride", "Pride and Prejudice")]
    [InlineData("miserables", "Les Misérables")]
    [InlineData("it", "It")]
    [InlineData("barsetshire 2", "Barchester Towers")]
    [InlineData("Barchester Towers chronicles of barsetshire", "Barchester Towers")]
    [InlineData("spiderman", "Spider-Man")]
    [InlineData("hiver", "Winter Tales")]
    public async Task The_book_that_is_meant_comes_first(string text, string title)
    {
        var answer = await GetAsync($"/api/v1/search?q={Uri.EscapeDataString(text)}");

        Assert.Equal(title, answer.GetProperty("items")[0].GetProperty("book").GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("category=novels", 4)]
    [InlineData("category=fiction", 5)]
    [InlineData("category=none-such", 0)]
    [InlineData("language=fr", 1)]
    [InlineData("language=en", 5)]
    [InlineData("yearFrom=1900", 3)]
    [InlineData("yearFrom=1800&yearTo=1860", 2)]
    public async Task Filters_leave_what_is_in_them(string filter, int books)
    {
        var answer = await GetAsync($"/api/v1/search?q=shared%20word&mode=text&{filter}");

        Assert.Equal(books, answer.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Facets_count_the_books_that_match()
    {
        var facets = (await GetAsync("/api/v1/search?q=shared%20word&mode=text")).GetProperty("facets");

        Assert.Equal([("Novels", 4), ("Fiction", 1)], facets.GetProperty("categories").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, c.GetProperty("count").GetInt32())));
        Assert.Equal([("en", 4), ("en-GB", 1), ("fr", 1)], facets.GetProperty("languages").EnumerateArray().Select(c => (c.GetProperty("language").GetString()!, c.GetProperty("count").GetInt32())));
        Assert.Contains(facets.GetProperty("decades").EnumerateArray(), d => d.GetProperty("decade").GetInt32() == 1850 && d.GetProperty("count").GetInt32() == 1);
    }

    [Fact]
    public async Task Markup_in_a_title_comes_out_inert()
    {
        var marked = (await GetAsync("/api/v1/search?q=script%20alert")).GetProperty("items")[0].GetProperty("highlights").GetProperty("title").GetString()!;

        Assert.Contains("<mark>", marked, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", marked, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('<', marked.Replace("<mark>", "", StringComparison.Ordinal).Replace("</mark>", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_word_that_nobody_knows_finds_nothing_by_its_looks()
    {
        await Eventually.HoldsAsync(async () => (await GetAsync("/api/v1/search?q=qzxvkw&mode=vector")).GetProperty("items").GetArrayLength() > 0, "books have vectors");

        var answer = await GetAsync("/api/v1/search?q=qzxvkw&mode=hybrid");

        Assert.Equal(0, answer.GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("search")]
    [InlineData("search/suggest")]
    public async Task An_answer_says_how_long_it_took_and_how_much_of_it_in_the_database(string path)
    {
        using var answer = await _client.GetAsync($"/api/v1/{path}?q=pride", TestContext.Current.CancellationToken);

        var took = (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("took").GetDouble();
        Assert.Matches(@"^db;dur=[0-9.]+, total;dur=[0-9.]+$", Assert.Single(answer.Headers.GetValues("Server-Timing")));
        Assert.True(took > 0);
    }

    [Fact]
    public async Task A_deleted_book_is_not_found_again()
    {
        var answer = await GetAsync("/api/v1/search?q=withdrawn%20volume&mode=text");

        Assert.DoesNotContain(answer.GetProperty("items").EnumerateArray(), item => item.GetProperty("book").GetProperty("title").GetString() == "Withdrawn Volume");
    }

    [Fact]
    public async Task Suggestions_follow_what_is_typed()
    {
        var answer = await GetAsync("/api/v1/search/suggest?q=pride%20an&limit=3");

        Assert.Equal("Pride and Prejudice", answer.GetProperty("items")[0].GetProperty("title").GetString());
        Assert.True(answer.GetProperty("items").GetArrayLength() <= 3);
    }

    private Task<JsonElement> GetAsync(string address) => _client.GetFromJsonAsync<JsonElement>(address, TestContext.Current.CancellationToken);

    private static async Task AssertInvalidAsync(HttpResponseMessage answer, string field)
    {
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
        Assert.True(problem.TryGetProperty("traceId", out _));
    }

    /// <summary>The Api with a handful of books that the tests know.</summary>
    public sealed class SmallCatalogue(Stack stack) : IAsyncLifetime
    {
        /// <summary>The Api.</summary>
        public ApiFixture Api { get; } = new(stack);

        public async ValueTask InitializeAsync()
        {
            await Api.InitializeAsync();
            await Api.Database.ExecuteAsync("""
                CREATE FUNCTION pg_temp.id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('01890a5d-ac96-774b-bcce-' || lpad(n::text, 12, '0'))::uuid $$;
                INSERT INTO catalog.authors (id, name, created_at, updated_at) SELECT pg_temp.id(n), name, now(), now()
                FROM (VALUES (1, 'Jane Austen'), (2, 'Anthony Trollope'), (3, 'Victor Hugo')) a (n, name);
                INSERT INTO catalog.categories (id, parent_id, name, slug, created_at, updated_at) VALUES
                    (pg_temp.id(11), NULL, 'Fiction', 'fiction', now(), now()), (pg_temp.id(12), pg_temp.id(11), 'Novels', 'novels', now(), now());
                INSERT INTO catalog.books (id, title, original_title, subtitle, series_name, series_number, language, published_year, ratings_count, deleted_at, created_at, updated_at)
                SELECT pg_temp.id(100 + n), title, original, subtitle, series, number, language, year, ratings, CASE WHEN gone THEN now() END, now(), now()
                FROM (VALUES
                    (1, 'Pride and Prejudice', NULL, 'shared word', NULL, NULL, 'en', 1813, 900, false),
                    (2, 'Barchester Towers', NULL, 'shared word', 'Chronicles of Barsetshire', 2, 'en-GB', 1857, 90, false),
                    (3, 'The Warden', NULL, NULL, 'Chronicles of Barsetshire', 1, 'en', 1855, 95, false),
                    (4, 'Les Misérables', NULL, 'shared word', NULL, NULL, 'fr', 1862, 5000, false),
                    (5, 'It', NULL, 'shared word', NULL, NULL, 'en', 1986, 70000, false),
                    (6, 'Spider-Man', NULL, 'shared word', NULL, NULL, 'en', 1962, 10, false),
                    (7, 'Winter Tales', 'Contes d''hiver', 'shared word', NULL, NULL, 'en', 1942, 3, false),
                    (8, '<script>alert("x")</script> & Sons', NULL, NULL, NULL, NULL, 'en', 2001, 0, false),
                    (9, 'Withdrawn Volume', NULL, 'shared word', NULL, NULL, 'en', 1999, 10, true),
                    (10, 'How It Was', NULL, NULL, NULL, NULL, 'en', 1990, 100000, false))
                    b (n, title, original, subtitle, series, number, language, year, ratings, gone);
                INSERT INTO catalog.book_authors (book_id, author_id, position) VALUES
                    (pg_temp.id(101), pg_temp.id(1), 0), (pg_temp.id(102), pg_temp.id(2), 0), (pg_temp.id(103), pg_temp.id(2), 0), (pg_temp.id(104), pg_temp.id(3), 0);
                INSERT INTO catalog.book_categories (book_id, category_id) VALUES
                    (pg_temp.id(101), pg_temp.id(12)), (pg_temp.id(102), pg_temp.id(12)), (pg_temp.id(104), pg_temp.id(12)), (pg_temp.id(105), pg_temp.id(12)), (pg_temp.id(106), pg_temp.id(11));
                """);
        }

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }
}
