using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Platform.LoadTests.Run.Journeys;

namespace Platform.LoadTests.Run;

/// <summary>Asks the Api, its nodes in turn, and counts for its journey what becomes of it.</summary>
internal sealed class Caller : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PreparesFor = TimeSpan.FromMinutes(1);

    private readonly HttpClient _client = new(new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.None, UseCookies = false, MaxConnectionsPerServer = 256 }) { Timeout = Patience };
    private readonly IReadOnlyList<Uri> _apis;
    private readonly RunClock _clock;
    private readonly Tally _tally;
    private int _turn;

    internal Caller(IReadOnlyList<Uri> apis, RunClock clock, Tally tally) => (_apis, _clock, _tally) = (apis, clock, tally);

    internal Task<Answer> GetAsync(string? journey, string path, string? token = null, ulong? atLeast = null, CancellationToken cancellationToken = default) =>
        SendAsync(journey, () => new HttpRequestMessage(HttpMethod.Get, (Uri?)null), path, token, atLeast, accepted: null, cancellationToken);

    /// <summary>Sends a body of JSON.</summary>
    /// <param name="journey">Whose; null when it is only preparation.</param>
    /// <param name="method">How.</param>
    /// <param name="path">Where.</param>
    /// <param name="json">What; null for nothing.</param>
    /// <param name="token">Whose access token.</param>
    /// <param name="header">One more header.</param>
    /// <param name="accepted">A status that is a good answer besides those of success.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal Task<Answer> SendAsync(string? journey, HttpMethod method, string path, string? json, string? token = null, (string Name, string Value)? header = null, int? accepted = null, CancellationToken cancellationToken = default) =>
        SendAsync(journey, () =>
        {
            var request = new HttpRequestMessage(method, (Uri?)null) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
            if (header is var (name, value))
                request.Headers.TryAddWithoutValidation(name, value);
            return request;
        }, path, token, atLeast: null, accepted, cancellationToken);

    /// <summary>Prepares something: asks again for a minute where the server cannot answer now, and insists on success.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="ask">Asks once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">It was refused, or the server could not answer.</exception>
    internal async Task<Answer> InsistAsync(string what, Func<Task<Answer>> ask, CancellationToken cancellationToken)
    {
        for (var began = _clock.Now; ;)
        {
            var answer = await ask();
            if (answer.IsGood)
                return answer;
            if (answer.Status is not (0 or >= 500) || _clock.Now - began > PreparesFor)
                throw new InvalidOperationException($"{what}: {answer.Node} answered {answer.Status} {answer.Body}");
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<Answer> SendAsync(string? journey, Func<HttpRequestMessage> describe, string path, string? token, ulong? atLeast, int? accepted, CancellationToken cancellationToken)
    {
        var api = _apis[(int)((uint)Interlocked.Increment(ref _turn) % _apis.Count)];
        using var request = describe();
        request.RequestUri = new Uri(api, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (atLeast is { } position)
        {
            request.Headers.Add("Platform-Min-Lsn", string.Create(CultureInfo.InvariantCulture, $"{position >> 32:X}/{(uint)position:X}"));
            request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        }

        var began = _clock.Now;
        var answer = await AskAsync(request, api.Authority, began, cancellationToken);
        if (journey is not null)
            _tally.Add(new(journey, began, answer.Ended - began, answer.IsGood || answer.Status == accepted));
        return answer;
    }

    private async Task<Answer> AskAsync(HttpRequestMessage request, string node, TimeSpan began, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return new Answer((int)response.StatusCode, body, node, began, _clock.Now)
            {
                Position = response.Headers.TryGetValues("Platform-Lsn", out var positions) ? Position(positions.First()) : null,
                ETag = response.Headers.ETag?.ToString(),
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new Answer(0, e.Message, node, began, _clock.Now);
        }
    }

    private static ulong? Position(string text) =>
        text.Split('/') is [var high, var low] ? ((ulong)uint.Parse(high, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) << 32) | uint.Parse(low, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : null;
}
