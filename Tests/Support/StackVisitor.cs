using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace Platform.Tests.Support;

/// <summary>Somebody who uses the Api of the running stack, logged in when there is an address to log in by.</summary>
internal sealed class StackVisitor(DistributedApplication app, string? email = null, string? password = null) : IDisposable
{
    private readonly HttpClient _client = app.CreateHttpClient("api");

    /// <returns>The answer; null when it is none of success.</returns>
    public Task<JsonNode?> ReadAsync(string address, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, address, null, cancellationToken);

    /// <inheritdoc cref="ReadAsync"/>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string address, object? body, CancellationToken cancellationToken, string? idempotencyKey = null)
    {
        if (email is not null && _client.DefaultRequestHeaders.Authorization is null)
            await LogInAsync(cancellationToken);
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonContent.Create(body) };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await _client.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
            _client.DefaultRequestHeaders.Authorization = null;
        return response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType == "application/json"
            ? await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken) : null;
    }

    public void Dispose() => _client.Dispose();

    private async Task LogInAsync(CancellationToken cancellationToken)
    {
        var account = new { email, password };
        using var answer = await _client.PostAsJsonAsync("/api/v1/auth/login", account, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            var token = (await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["accessToken"]!.GetValue<string>();
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        else
        {
            // There is no account yet; that of the administrator is there from the start.
            using var made = await _client.PostAsJsonAsync("/api/v1/auth/register", account, cancellationToken);
        }
    }
}
