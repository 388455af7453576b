using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog;

/// <summary>Whatever is sent, the answer is a 4xx problem that names the field.</summary>
public sealed class BadInputTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string SomeId = "01890a5d-ac96-774b-bcce-b302099a8057";

    [Theory]
    [InlineData("/api/v1/books?after=garbage", "after")]
    [InlineData("/api/v1/books?after=", "after")]
    [InlineData("/api/v1/books?after=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "after")]
    [InlineData("/api/v1/books?after=%00", "after")]
    [InlineData("/api/v1/books?limit=0", "limit")]
    [InlineData("/api/v1/books?limit=101", "limit")]
    [InlineData("/api/v1/books?limit=-1", "limit")]
    [InlineData("/api/v1/books?limit=abc", "limit")]
    [InlineData("/api/v1/books?limit=99999999999999999999", "limit")]
    [InlineData("/api/v1/books?limit=1&limit=2", "limit")]
    [InlineData("/api/v1/books?sort=newest", "sort")]
    [InlineData("/api/v1/books?sort=", "sort")]
    [InlineData("/api/v1/books?author=abc", "author")]
    [InlineData("/api/v1/books?year=MCMLXXXIV", "year")]
    [InlineData("/api/v1/books?language=klingon!", "language")]
    [InlineData("/api/v1/books?category=%00", "category")]
    [InlineData("/api/v1/books/abc", "id")]
    [InlineData("/api/v1/books/isbn/9780142437248", "isbn")]
    [InlineData("/api/v1/books/isbn/0142437248", "isbn")]
    [InlineData("/api/v1/books/isbn/978", "isbn")]
    [InlineData("/api/v1/authors?limit=0", "limit")]
    [InlineData("/api/v1/authors?after=garbage", "after")]
    [InlineData("/api/v1/authors?q=%00", "q")]
    [InlineData("/api/v1/authors/abc", "id")]
    [InlineData("/api/v1/authors/abc/books", "id")]
    [InlineData("/api/v1/categories/abc", "id")]
    [InlineData("/api/v1/categories/abc/books", "id")]
    public async Task A_bad_address_is_a_400_that_names_the_field(string address, string field)
    {
        (await api.Client.SendAsync(HttpMethod.Get, address)).AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Theory]
    [InlineData($"/api/v1/books/{SomeId}")]
    [InlineData("/api/v1/books/isbn/9780142437247")]
    [InlineData($"/api/v1/authors/{SomeId}")]
    [InlineData($"/api/v1/authors/{SomeId}/books")]
    [InlineData($"/api/v1/categories/{SomeId}")]
    [InlineData($"/api/v1/categories/{SomeId}/books")]
    [InlineData("/api/v1/nothing")]
    public async Task What_is_not_there_is_a_404(string address)
    {
        (await api.Client.SendAsync(HttpMethod.Get, address)).AssertProblem(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("{}", "title")]
    [InlineData("{\"title\":null}", "title")]
    [InlineData("{\"title\":\"  \"}", "title")]
    [InlineData("{\"title\":5}", "title")]
    [InlineData("{\"title\":\"a\\u0000b\"}", "title")]
    [InlineData("{\"title\":\"a\\ud800b\"}", "title")]
    [InlineData("{\"title\":\"a\",\"titel\":\"b\"}", "titel")]
    [InlineData("{\"title\":\"a\",\"identifiers\":{\"isbn\":\"1\"}}", "identifiers.isbn")]
    [InlineData("{\"title\":\"a\",\"publishedYear\":\"1851\"}", "publishedYear")]
    [InlineData("{\"title\":\"a\",\"publishedYear\":1851.5}", "publishedYear")]
    [InlineData("{\"title\":\"a\",\"publishedYear\":999999}", "publishedYear")]
    [InlineData("{\"title\":\"a\",\"language\":\"english\"}", "language")]
    [InlineData("{\"title\":\"a\",\"coverUrl\":\"javascript:alert(1)\"}", "coverUrl")]
    [InlineData("{\"title\":\"a\",\"coverUrl\":\"/cover.jpg\"}", "coverUrl")]
    [InlineData("{\"title\":\"a\",\"identifiers\":{\"isbn13\":\"978-0-14-243724-8\"}}", "identifiers.isbn13")]
    [InlineData("{\"title\":\"a\",\"identifiers\":{\"isbn10\":\"0142437248\"}}", "identifiers.isbn10")]
    [InlineData("{\"title\":\"a\",\"identifiers\":{\"isbn10\":\"9780142437247\"}}", "identifiers.isbn10")]
    [InlineData("{\"title\":\"a\",\"identifiers\":{\"isbn10\":\"0142437247\",\"isbn13\":\"9780804429573\"}}", "identifiers.isbn13")]
    [InlineData("{\"title\":\"a\",\"identifiers\":{\"goodbooks\":\"abc\"}}", "identifiers.goodbooks")]
    [InlineData("{\"title\":\"a\",\"authorIds\":[\"x\"]}", "authorIds[0]")]
    [InlineData($"{{\"title\":\"a\",\"authorIds\":[\"{SomeId}\"]}}", "authorIds")]
    [InlineData($"{{\"title\":\"a\",\"categoryIds\":[\"{SomeId}\"]}}", "categoryIds")]
    [InlineData($"{{\"title\":\"a\",\"authorIds\":[\"{SomeId}\",\"{SomeId}\"]}}", "authorIds")]
    [InlineData("{\"title\":\"a\",\"translations\":[null]}", "translations[0].language")]
    [InlineData("{\"title\":\"a\",\"translations\":[{\"language\":\"de\",\"title\":\"b\"},{\"language\":\"DE\",\"title\":\"c\"}]}", "translations[1].language")]
    [InlineData("{\"title\":\"a\",\"title\":\"b\"}", "title")]
    [InlineData("", "body")]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    [InlineData("{\"title\"", "body")]
    [InlineData("<book/>", "body")]
    public async Task A_bad_book_is_a_400_that_names_the_field(string body, string field)
    {
        var answer = await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", Json(body));

        answer.AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Fact]
    public async Task A_text_may_be_as_long_as_allowed_and_no_longer()
    {
        var longest = await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = new string('ß', 500), description = new string('x', 20_000) });
        var longer = await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = new string('x', 501), description = new string('x', 20_001) });

        Assert.Equal(HttpStatusCode.Created, longest.Status);
        longer.AssertProblem(HttpStatusCode.BadRequest, "title");
        longer.AssertProblem(HttpStatusCode.BadRequest, "description");
    }

    [Fact]
    public async Task Emoji_and_right_to_left_text_come_back_as_they_were_sent()
    {
        var answer = await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = "ספר 👩‍🚀 الكتاب'; DROP TABLE books; --" });

        Assert.Equal("ספר 👩‍🚀 الكتاب'; DROP TABLE books; --", answer.Body!["title"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("{\"name\":\"\"}", "name")]
    [InlineData("{}", "name")]
    [InlineData("{\"name\":\"a\",\"born\":1819}", "born")]
    public async Task A_bad_author_is_a_400_that_names_the_field(string body, string field)
    {
        (await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/authors", Json(body))).AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Theory]
    [InlineData("{\"name\":\"Sea\"}", "slug")]
    [InlineData("{\"name\":\"Sea\",\"slug\":\"Sea Stories\"}", "slug")]
    [InlineData("{\"name\":\"Sea\",\"slug\":\"sea\\nstories\"}", "slug")]
    [InlineData("{\"slug\":\"sea\"}", "name")]
    [InlineData($"{{\"name\":\"Sea\",\"slug\":\"sea\",\"parentId\":\"{SomeId}\"}}", "parentId")]
    [InlineData("{\"name\":\"Sea\",\"slug\":\"sea\",\"parentId\":\"x\"}", "parentId")]
    public async Task A_bad_category_is_a_400_that_names_the_field(string body, string field)
    {
        (await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/categories", Json(body))).AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Theory]
    [InlineData("POST", "/api/v1/books")]
    [InlineData("POST", "/api/v1/authors")]
    [InlineData("POST", "/api/v1/categories")]
    [InlineData("PUT", $"/api/v1/books/{SomeId}")]
    [InlineData("DELETE", $"/api/v1/books/{SomeId}")]
    [InlineData("PUT", $"/api/v1/authors/{SomeId}")]
    [InlineData("DELETE", $"/api/v1/authors/{SomeId}")]
    [InlineData("PUT", $"/api/v1/categories/{SomeId}")]
    [InlineData("DELETE", $"/api/v1/categories/{SomeId}")]
    public async Task Writing_is_for_administrators(string method, string address)
    {
        using var forged = new HttpRequestMessage(new HttpMethod(method), address);
        forged.Headers.Add("Authorization", api.Admin.DefaultRequestHeaders.Authorization + "x");
        using var member = await api.ClientOfAsync($"{Guid.CreateVersion7():N}@example.org");

        var missing = await api.Client.SendAsync(new HttpMethod(method), address);
        using var wrong = await api.Client.SendAsync(forged, TestContext.Current.CancellationToken);
        var refused = await member.SendAsync(new HttpMethod(method), address);

        missing.AssertProblem(HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        refused.AssertProblem(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_strangers_body_is_not_read()
    {
        var answer = await api.Client.SendAsync(HttpMethod.Post, "/api/v1/books", Json("{"));

        answer.AssertProblem(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Another_content_type_is_a_415()
    {
        var content = new StringContent("title=Moby-Dick", Encoding.UTF8, "application/x-www-form-urlencoded");

        (await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", content)).AssertProblem(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_one_mebibyte_is_a_413(bool isChunked)
    {
        // Only the real server counts bytes.
        await using var factory = ApiFixture.Host(api.Database);
        factory.UseKestrel(0);
        factory.StartServer();
        using var client = factory.CreateClient();
        client.DefaultRequestHeaders.Authorization = api.Admin.DefaultRequestHeaders.Authorization;
        client.DefaultRequestHeaders.TransferEncodingChunked = isChunked;
        var body = new string('x', 1_048_577);

        var answer = await client.SendAsync(HttpMethod.Post, "/api/v1/books", Json($"{{\"title\":\"{body}\"}}"));

        answer.AssertProblem(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task An_unknown_method_is_a_405()
    {
        (await api.Admin.SendAsync(HttpMethod.Patch, "/api/v1/books", new { })).AssertProblem(HttpStatusCode.MethodNotAllowed);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}
