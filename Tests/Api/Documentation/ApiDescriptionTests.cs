using System.Net;
using System.Text.Json.Nodes;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Documentation;

public sealed class ApiDescriptionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    // By which one gets what the others ask for.
    private static readonly string[] Open = ["/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/refresh"];

    // What is replaced or deleted without having been seen.
    private static readonly string[] Unconditional = ["put /api/v1/variants/{id}/stock", "delete /api/v1/users/me"];

    // Where a token is taken and not asked for.
    private static readonly string[] ForAnybody = ["/api/v1/cart", "/api/v1/cart/items/{variantId}", "/api/v1/interactions"];

    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    [Fact]
    public async Task Every_operation_says_what_it_does_what_it_takes_and_how_it_fails()
    {
        var description = await api.Client.ReadAsync("/openapi/v1.json");

        var wrong = new List<string>();
        foreach (var (path, method, operation) in Operations(description))
        {
            var answers = operation["responses"]!.AsObject();
            Check(operation["summary"]?.GetValue<string>() is { Length: > 5 }, "no summary");
            Check(operation["tags"] is JsonArray { Count: 1 }, "no tag");
            Check(operation["operationId"]?.GetValue<string>() is { Length: > 0 }, "no id");
            Check(answers.ContainsKey("503"), "503 not described");
            Check(answers.Any(a => a.Key.StartsWith('2')), "no success described");
            foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
            {
                Check(parameter!["description"]?.GetValue<string>() is { Length: > 5 }, $"parameter {parameter["name"]} not described");
                Check(char.IsAsciiLetterLower(parameter["name"]!.GetValue<string>()[0]) || parameter["in"]!.GetValue<string>() == "header", $"parameter {parameter["name"]} is not camelCase");
            }

            foreach (var (status, answer) in answers)
            {
                Check(answer!["description"]?.GetValue<string>() is { Length: > 3 }, $"{status} not described");
                Check(status[0] is '2' or '3' || answer["content"]?["application/problem+json"]?["schema"] is not null, $"{status} is no problem");
                Check(method == "get" || status[0] is not '2' || answer["headers"]?["Platform-Lsn"] is not null, $"{status} has no position");
                Check(status[0] is not '2' || status == "204" || answer["content"]?["application/json"]?["schema"] is not null, $"{status} has no schema");
            }

            var isOfCatalogue = operation["tags"]![0]!.GetValue<string>() is "Books" or "Authors" or "Categories" or "Products";
            Check(!isOfCatalogue || path.EndsWith("/similar", StringComparison.Ordinal) || method == "delete"
                || answers.Where(a => a.Key is "200" or "201").All(a => a.Value!["content"]!["application/json"]!["example"] is JsonObject), "answer without example");
            var takesInput = operation["parameters"]?.AsArray().Any(p => p!["in"]!.GetValue<string>() is "query" or "path") is true || operation["requestBody"] is not null;
            Check(!takesInput || answers.ContainsKey("400"), "400 not described");
            Check(!path.Contains("{id}", StringComparison.Ordinal) || answers.ContainsKey("404"), "404 not described");
            Check(operation["requestBody"] is null || operation["requestBody"]!["content"]!["application/json"]!["example"] is JsonObject, "body without example");
            foreach (var status in operation["requestBody"] is null ? Array.Empty<string>() : ["413", "415"])
            {
                Check(answers.ContainsKey(status), $"{status} not described");
            }

            var (isOpen, isForAnybody) = (Open.Contains(path), ForAnybody.Contains(path));
            foreach (var status in method switch { "post" when !isOpen => ["401"], _ when isForAnybody => ["401"], "put" or "delete" when Unconditional.Contains($"{method} {path}") => ["401", "404"], "put" or "delete" => ["401", "404", "412", "428"], _ => Array.Empty<string>() })
            {
                Check(answers.ContainsKey(status), $"{status} not described");
            }

            Check(!isForAnybody || operation["security"] is JsonArray { Count: 2 }, "no choice of security");
            Check(method == "get" || isOpen || isForAnybody || operation["security"] is JsonArray { Count: 1 }, "no security");

            void Check(bool isSo, string otherwise)
            {
                if (!isSo)
                {
                    wrong.Add($"{method} {path}: {otherwise}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task The_endpoints_of_catalogue_and_store_are_described()
    {
        var description = await api.Client.ReadAsync("/openapi/v1.json");

        string[] expected =
        [
            "get /api/v1/books", "post /api/v1/books", "get /api/v1/books/{id}", "put /api/v1/books/{id}", "delete /api/v1/books/{id}",
            "get /api/v1/books/isbn/{isbn}", "get /api/v1/books/{id}/similar", "get /api/v1/authors", "post /api/v1/authors",
            "get /api/v1/authors/{id}", "put /api/v1/authors/{id}", "delete /api/v1/authors/{id}", "get /api/v1/authors/{id}/books",
            "get /api/v1/categories", "post /api/v1/categories", "put /api/v1/categories/{id}", "delete /api/v1/categories/{id}",
            "get /api/v1/categories/{id}/books", "get /api/v1/search", "get /api/v1/search/suggest",
            "get /api/v1/products", "post /api/v1/products", "get /api/v1/products/{id}", "put /api/v1/products/{id}", "get /api/v1/products/{id}/availability",
            "get /api/v1/variants/{id}/stock", "post /api/v1/variants/{id}/stock/movements", "get /api/v1/products/{id}/reviews", "post /api/v1/products/{id}/reviews",
            "get /api/v1/orders", "post /api/v1/orders", "get /api/v1/orders/{id}", "post /api/v1/orders/{id}/pay", "post /api/v1/orders/{id}/cancel",
            "post /api/v1/orders/{id}/ship", "post /api/v1/orders/{id}/deliver", "post /api/v1/orders/{id}/refund",
            "get /api/v1/cart", "put /api/v1/cart", "delete /api/v1/cart", "put /api/v1/cart/items/{variantId}", "delete /api/v1/cart/items/{variantId}",
        ];
        Assert.Subset(Operations(description).Select(o => $"{o.Method} {o.Path}").ToHashSet(), expected.ToHashSet());
    }

    [Fact]
    public async Task Every_reference_leads_somewhere_and_no_two_types_share_a_schema_by_accident()
    {
        var description = await api.Client.ReadAsync("/openapi/v1.json");

        var schemas = description["components"]!["schemas"]!.AsObject();
        Assert.All(References(description), reference => Assert.True(
            reference.StartsWith("#/components/schemas/", StringComparison.Ordinal) && schemas.ContainsKey(reference["#/components/schemas/".Length..]), reference));
        Assert.Contains("isbn13", schemas["BookNumbers"]!["properties"]!.AsObject().Select(p => p.Key));
        Assert.Equal(["id", "title", "subtitle", "authors", "categories", "language", "publishedYear", "publisher", "description", "identifiers",
            "averageRating", "ratingsCount", "coverUrl", "translations"], schemas["BookDetails"]!["properties"]!.AsObject().Select(p => p.Key));
    }

    [Fact]
    public async Task The_page_for_people_needs_no_other_server()
    {
        using var root = await api.Client.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal("/docs", root.RequestMessage!.RequestUri!.AbsolutePath);

        foreach (var address in new[] { "/docs", "/docs/docs.js", "/docs/docs.css" })
        {
            using var response = await api.Client.GetAsync(address, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.DoesNotContain("//cdn", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("https://", text, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("default-src 'none'", string.Join(' ', response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_example_can_be_sent_as_it_is()
    {
        var description = await api.Client.ReadAsync("/openapi/v1.json");

        foreach (var path in new[] { "/api/v1/authors", "/api/v1/categories" })
        {
            var example = description["paths"]![path]!["post"]!["requestBody"]!["content"]!["application/json"]!["example"]!;
            Assert.Equal(HttpStatusCode.Created, (await api.Admin.SendAsync(HttpMethod.Post, path, example)).Status);
        }
    }

    private static IEnumerable<(string Path, string Method, JsonNode Operation)> Operations(JsonNode description) =>
        from path in description["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        where Methods.Contains(method.Key)
        select (path.Key, method.Key, method.Value!);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" ? [p.Value!.GetValue<string>()] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
