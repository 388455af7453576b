using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Platform.Caching.Redis;

namespace Platform.Caching;

/// <summary>
/// Compares hits with their source in the background: <c>cache_audit_total</c> tells whether the cache keeps its promise in
/// production, where no test looks.
/// </summary>
/// <remarks>
/// A difference alone proves nothing: the source may have changed after the hit, with its invalidation on the way. So the
/// audit waits until each invalidation must have arrived. Stale is what is served still, unchanged, although the source
/// differs still; all else was a change in between. Every doubt counts as fresh: a stale count is worth an alert.
/// </remarks>
internal sealed class StalenessAudit : IAsyncDisposable
{
    /// <summary>How many hits may wait to be compared; more are dropped.</summary>
    public const int MaxWaiting = 64;

    /// <summary>How many are compared at a time: the audit must not become the source's load.</summary>
    public const int MaxConcurrent = 2;

    /// <summary>How long after a commit its invalidation may take to arrive.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Channel<Hit> _waiting = Channel.CreateBounded<Hit>(MaxWaiting);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CacheTelemetry _telemetry;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Task _workers;

    public StalenessAudit(CacheTelemetry telemetry, TimeProvider clock, ILogger logger)
    {
        _telemetry = telemetry;
        _clock = clock;
        _logger = logger;
        // Whoever needs the cache first must not lend all audits its trace and its request.
        using (ExecutionContext.SuppressFlow())
        {
            _workers = Task.WhenAll(Enumerable.Range(0, MaxConcurrent).Select(_ => Task.Run(WorkAsync)));
        }
    }

    /// <summary>Has a hit compared, sometime soon; never waits.</summary>
    /// <param name="family">Where the result is counted.</param>
    /// <param name="cached">What the hit answered.</param>
    /// <param name="format">By whose bytes two values are the same.</param>
    /// <param name="load">Reads the source, past the cache, and ends by itself in time.</param>
    /// <param name="isStillCurrent">Whether the very entry that answered the hit would answer now.</param>
    public void Offer<T>(FamilyCounters family, T cached, EntryFormat<T> format, Func<CancellationToken, ValueTask<T>> load, Func<bool> isStillCurrent)
    {
        var hit = new Hit(family, async stop => !format.AreSame(cached, await load(stop).ConfigureAwait(false)), isStillCurrent);
        if (!_waiting.Writer.TryWrite(hit))
        {
            _telemetry.Error(CacheError.AuditDropped);
        }
    }

    /// <summary>Ends the comparisons under way, without results.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_waiting.Writer.TryComplete())
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _workers.ConfigureAwait(false);
            _stopping.Dispose();
        }
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var hit in _waiting.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                await CompareAsync(hit).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task CompareAsync(Hit hit)
    {
        try
        {
            var isStale = await IsStaleAsync(hit).ConfigureAwait(false);
            if (isStale)
            {
                _logger.StaleFound(hit.Family.Family);
            }

            hit.Family.Audited(isStale);
        }
        catch (Exception)
        {
            // The source's failures are for its readers to report, and this one has none.
            if (!_stopping.IsCancellationRequested)
            {
                _telemetry.Error(CacheError.AuditFailed);
            }
        }
    }

    private async Task<bool> IsStaleAsync(Hit hit)
    {
        var stop = _stopping.Token;
        if (!hit.IsStillCurrent() || !await hit.DiffersAsync(stop).ConfigureAwait(false))
        {
            return false;
        }

        await Task.Delay(Grace, _clock, stop).ConfigureAwait(false);
        // Asked again after the load: what was invalidated while it ran has kept the promise as well.
        return hit.IsStillCurrent() && await hit.DiffersAsync(stop).ConfigureAwait(false) && hit.IsStillCurrent();
    }

    private sealed record Hit(FamilyCounters Family, Func<CancellationToken, Task<bool>> DiffersAsync, Func<bool> IsStillCurrent);
}
