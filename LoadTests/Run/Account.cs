using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.LoadTests.Run;

/// <summary>Somebody with an account, who logs in again before the access token runs out.</summary>
internal sealed class Account(Caller caller, string email, string password) : IDisposable
{
    // It is good for 30 minutes.
    private static readonly TimeSpan UsedFor = TimeSpan.FromMinutes(20);

    private readonly SemaphoreSlim _gate = new(1);
    private string _token = "";
    private long _at;

    /// <summary>Makes the account, unless there is one.</summary>
    internal Task RegisterAsync(CancellationToken cancellationToken) => SendAsync("register", cancellationToken);

    /// <summary>An access token.</summary>
    internal async ValueTask<string> TokenAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_token.Length > 0 && Stopwatch.GetElapsedTime(_at) < UsedFor)
                return _token;
            var answer = await SendAsync("login", cancellationToken);
            (_token, _at) = (JsonNode.Parse(answer.Body)!["accessToken"]!.GetValue<string>(), Stopwatch.GetTimestamp());
            return _token;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private Task<Answer> SendAsync(string what, CancellationToken cancellationToken) => caller.InsistAsync($"{email}, {what}",
        () => caller.SendAsync(null, HttpMethod.Post, $"/api/v1/auth/{what}", JsonSerializer.Serialize(new { email, password }), cancellationToken: cancellationToken), cancellationToken);
}
