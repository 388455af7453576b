using System.Diagnostics.CodeAnalysis;
using Platform.CacheMap;
using Platform.Caching;
using Platform.ChangeStream;

namespace Platform.Realtime.Repair;

/// <summary>
/// Sees that caches hear of each change, whoever made it: what nobody told them of a moment after the commit, it tells. When
/// all is told up to a position, it announces that position to all nodes.
/// </summary>
/// <remarks>
/// Told is what was heard on the cache's own channel with a snapshot of the database that includes the change: whoever told it
/// did so after readers saw it. A repair counts as told by the same rule, so that one whose answer was lost, or that Redis
/// never got, is made again. What two holders of the slot do at once does no harm: both tell the truth.
/// </remarks>
internal sealed partial class CacheRepair : BackgroundService
{
    // A position is announced so often at least: a node that comes later hears it then.
    private static readonly TimeSpan AnnouncesEvery = TimeSpan.FromSeconds(1);

    // What is ready goes together: each announcement is a message to every node.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly CacheManager _cache;
    private readonly VisibleCommits _visible;
    private readonly ToldInvalidations _told;
    private readonly RepairTelemetry _telemetry;
    private readonly TimeSpan _grace;
    private readonly TimeProvider _clock;
    private readonly ILogger<CacheRepair> _logger;
    private readonly Lock _changing = new();
    private readonly SemaphoreSlim _work = new(0, 1);
    private readonly LinkedList<UntoldChange> _untold = [];
    private string? _history;
    private uint _uncached;
    private long _done;

    public CacheRepair(CacheManager cache, VisibleCommits visible, RepairTelemetry telemetry, RepairOptions options, TimeProvider clock, ILogger<CacheRepair> logger)
    {
        (_cache, _visible, _telemetry, _grace, _clock, _logger) = (cache, visible, telemetry, options.Grace, clock, logger);
        _told = new ToldInvalidations(cache, Wake, clock);
    }

    /// <summary>The number of the batch up to which caches know of everything; 0 before the first. Only up to there may be confirmed.</summary>
    internal long Done => Volatile.Read(ref _done);

    /// <summary>What was committed next, gaps and batches without changes as well. Never waits.</summary>
    internal void Take(ChangeBatch batch)
    {
        lock (_changing)
        {
            // It says so first, and large ones come in several batches.
            if (batch.IsFirst)
                _uncached = batch.Messages.Any(message => message.Prefix == CacheMapping.NothingCached) ? batch.Xid : 0;
            var isCached = _uncached == 0 || _uncached != batch.Xid;
            // In another history transactions have other numbers; everything is told at its beginning.
            if (_history != batch.Session.History)
                _untold.Clear();
            _history = batch.Session.History;
            _untold.AddLast(new UntoldChange(batch, isCached ? batch.Changes : [], _clock.GetTimestamp()));
        }

        Wake();
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        base.Dispose();
        _work.Dispose();
    }

    /// <inheritdoc />
    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong, what is untold stays so and is tried again.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? said = null;
        var longest = _grace < AnnouncesEvery ? _grace : AnnouncesEvery;
        while (true)
        {
            await _work.WaitAsync(longest, stoppingToken).ConfigureAwait(false);
            try
            {
                // Without Redis nothing can be told; nor is anything served then for long that was not heard.
                if (_cache.IsAttached)
                {
                    await TellAsync(stoppingToken).ConfigureAwait(false);
                    said = null;
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (e.Message != said)
                    _logger.RepairHalted(e.Message);
                said = e.Message;
            }

            await Task.Delay(Pace, _clock, stoppingToken).ConfigureAwait(false);
        }
    }

    private void Wake()
    {
        try
        {
            if (_work.CurrentCount == 0)
                _work.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // It was woken by another at the same time, or is over.
        }
    }
}
