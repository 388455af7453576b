using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Tests.Api.Catalog;

/// <summary>What the catalogue's tests say often.</summary>
internal static class CatalogClient
{
    public static async Task<JsonNode> ReadAsync(this HttpClient client, string address)
    {
        using var response = await client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Sends a body, and answers status, ETag and what came back.</summary>
    public static async Task<Answer> SendAsync(this HttpClient client, HttpMethod method, string address, object? body = null, string? ifMatch = null, string? ifNoneMatch = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, address);
        if (body is not null)
        {
            request.Content = body as HttpContent ?? JsonContent.Create(body);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (ifNoneMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        }

        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        // Whatever a test is about: a write that was done says where.
        Assert.True(method == HttpMethod.Get || method == HttpMethod.Head || !response.IsSuccessStatusCode || response.Headers.Contains("Platform-Lsn"), $"{method} {address} has no Platform-Lsn");
        return new Answer(response.StatusCode, response.Headers.ETag?.ToString(), response.Headers.Location?.ToString(),
            response.Content.Headers.ContentType?.MediaType, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public static async Task<Guid> AddAuthorAsync(this HttpClient admin, string name) => await admin.AddAsync("/api/v1/authors", new { name });

    public static async Task<Guid> AddCategoryAsync(this HttpClient admin, string slug, Guid? parentId = null) =>
        await admin.AddAsync("/api/v1/categories", new { name = slug, slug, parentId });

    public static async Task<Guid> AddAsync(this HttpClient admin, string address, object body)
    {
        var answer = await admin.SendAsync(HttpMethod.Post, address, body);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        return answer.Body!["id"]!.GetValue<Guid>();
    }

    /// <summary>Fails unless the answer is a problem of this status that names the field.</summary>
    public static void AssertProblem(this Answer answer, HttpStatusCode status, string? field = null)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Body?.ToJsonString()}");
        Assert.Equal("application/problem+json", answer.Type);
        Assert.NotEmpty(answer.Body!["title"]!.GetValue<string>());
        Assert.Matches("^[0-9a-f]{32}$", answer.Body["traceId"]!.GetValue<string>());
        if (field is not null)
        {
            Assert.True(answer.Body["errors"]?[field] is JsonArray { Count: > 0 }, answer.Body.ToJsonString());
        }
    }

    internal sealed record Answer(HttpStatusCode Status, string? ETag, string? Location, string? Type, JsonNode? Body);

    /// <summary>The values of a field of the items of a page.</summary>
    public static List<string> Items(this JsonNode page, string field) =>
        [.. page["items"]!.AsArray().Select(item => item![field]!.GetValueKind() == JsonValueKind.String ? item[field]!.GetValue<string>() : item[field]!.ToJsonString())];
}
