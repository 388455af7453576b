using System.Collections.Frozen;
using System.Net.Http.Json;
using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults.Tokens;

/// <summary>The keys that the Api publishes to verify its tokens with (<c>/.well-known/jwks.json</c>).</summary>
/// <remarks>
/// They are read again when they are old, and when a token names one that is not among them, but not for each such token:
/// anybody can make those. While the Api is away the keys that were read last go on.
/// </remarks>
/// <param name="api">Asks the Api.</param>
/// <param name="clock">What time it is.</param>
/// <param name="logger">Is told when the Api is away.</param>
public sealed class PublishedKeys(HttpClient api, TimeProvider clock, ILogger<PublishedKeys> logger) : IDisposable
{
    /// <summary>As long as others may keep them.</summary>
    public static readonly TimeSpan RefreshEvery = TimeSpan.FromMinutes(5);

    /// <summary>Between two readings, whatever tokens name.</summary>
    public static readonly TimeSpan RefreshAtMostEvery = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile KeySet _known = new(FrozenDictionary<string, VerificationKey>.Empty, null, false);

    private sealed record KeySet(FrozenDictionary<string, VerificationKey> Keys, long? TriedAt, bool IsCurrent);

    /// <inheritdoc />
    public void Dispose() => _reading.Dispose();

    /// <summary>The key of an id; null when there is none.</summary>
    /// <param name="id"><c>kid</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HttpRequestException">The Api does not say.</exception>
    public async ValueTask<VerificationKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var known = _known;
        var isKnown = known.Keys.TryGetValue(id, out var key);
        if (IsOlderThan(known, isKnown ? RefreshEvery : RefreshAtMostEvery))
        {
            known = await ReadAsync(isKnown ? RefreshEvery : RefreshAtMostEvery, cancellationToken).ConfigureAwait(false);
            isKnown = known.Keys.TryGetValue(id, out key);
        }

        return isKnown || known.IsCurrent ? key : throw new HttpRequestException("The Api's keys cannot be read.");
    }

    private bool IsOlderThan(KeySet known, TimeSpan age) => known.TriedAt is not { } triedAt || clock.GetElapsedTime(triedAt) >= age;

    private async Task<KeySet> ReadAsync(TimeSpan unlessTriedWithin, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!IsOlderThan(_known, unlessTriedWithin))
            {
                return _known;
            }

            var published = await api.GetFromJsonAsync<JsonWebKeys>(new Uri("/.well-known/jwks.json", UriKind.Relative), cancellationToken).ConfigureAwait(false);
            // One of another kind is for somebody else.
            var keys = (published?.Keys ?? []).Select(VerificationKey.From).OfType<VerificationKey>().DistinctBy(key => key.Id).ToFrozenDictionary(key => key.Id, StringComparer.Ordinal);
            return _known = new KeySet(keys, clock.GetTimestamp(), IsCurrent: true);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or System.Text.Json.JsonException)
        {
            logger.KeysAreAway(e);
            return _known = _known with { TriedAt = clock.GetTimestamp(), IsCurrent = false };
        }
        finally
        {
            _reading.Release();
        }
    }
}
