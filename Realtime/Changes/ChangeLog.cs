using System.Diagnostics.CodeAnalysis;
using Platform.Realtime.Subscriptions;
using StackExchange.Redis;

namespace Platform.Realtime.Changes;

/// <summary>What this node knows of the log of changes in Redis: it hands each event to the subscriptions, in order, once.</summary>
internal sealed class ChangeLog(LogReader log, Fanout fanout, ILogger<ChangeLog> logger) : BackgroundService
{
    private const int PageSize = 500;

    // Messages that say there is more may be lost; so it is looked without one, too.
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetriesAfter = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _more = new(0, 1);
    private string _epoch = "";
    private bool _isAway;

    /// <summary>Names the history that positions belong to; another after the database was restored or failed over. Empty until there is a log.</summary>
    internal string Epoch => Volatile.Read(ref _epoch);

    /// <summary>Everything up to here has been handed on.</summary>
    internal ChangePosition Cursor { get; private set; }

    /// <summary>Events of the past.</summary>
    /// <param name="after">The first comes after it.</param>
    /// <param name="upTo">The last is at it or before; no later than <see cref="Cursor"/>.</param>
    /// <param name="max">Most events to be read at once.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>A page that ends where it begins when nothing can be said at the moment.</returns>
    /// <exception cref="RedisException">Redis does not answer.</exception>
    /// <exception cref="TimeoutException">Nor in time.</exception>
    internal async Task<ChangePage> ReadAsync(ChangePosition after, ChangePosition upTo, int max, CancellationToken cancellationToken)
    {
        var epoch = Epoch;
        var page = await log.ReadAsync(after, upTo, max).WaitAsync(cancellationToken).ConfigureAwait(false);
        // Redis has gone back, or is another: what it has says nothing of what there was. Whoever publishes finds it out, and
        // then the floor says what is missing.
        if (page is null || page.Epoch != epoch || page.Position < upTo)
            return new ChangePage([], after, default);
        return new ChangePage(page.Events, page.Events.Count == max ? page.Events[^1].Id : upTo, page.Floor);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        base.Dispose();
        _more.Dispose();
    }

    /// <inheritdoc />
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is tried again; a subscriber that fails is the fanout's to count.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (isSubscribed, isWoken) = (false, true);
        while (true)
        {
            try
            {
                if (!isSubscribed)
                {
                    await log.SubscribeAsync(Wake).WaitAsync(stoppingToken).ConfigureAwait(false);
                    isSubscribed = true;
                }

                var page = await log.ReadAsync(Cursor, null, PageSize).WaitAsync(stoppingToken).ConfigureAwait(false);
                if (_isAway)
                    logger.LogIsBack();
                _isAway = false;
                // There was more, and nobody said so: the client may only think that it is subscribed (as after both its
                // connections were lost at once), and looks after that once a minute.
                isSubscribed = isWoken || page is not { Events.Count: > 0 };
                isWoken = true;
                if (page is not null && !Take(page))
                    continue;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // It is tried several times a second; once is enough to say it.
                if (!_isAway)
                    logger.LogIsAway(e is RedisException or TimeoutException ? null : e, e.GetType().Name);
                _isAway = true;
            }

            if (_isAway)
                await Task.Delay(RetriesAfter, stoppingToken).ConfigureAwait(false);
            else
                isWoken = await _more.WaitAsync(LooksEvery, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <returns>Whether that was all there is.</returns>
    private bool Take(LogReader.Page page)
    {
        if (page.Epoch != _epoch)
        {
            // Who has had nothing yet misses nothing; what others have had is of another history, so they begin where this one does.
            Cursor = _epoch.Length == 0 ? page.Position : page.Floor;
            fanout.Begin(page.Epoch, Cursor);
            Volatile.Write(ref _epoch, page.Epoch);
            return false;
        }

        if (page.Floor > Cursor)
        {
            logger.EventsLost(Cursor, page.Floor);
            fanout.Lost(Cursor, page.Floor, GapReason.Lost);
            Cursor = page.Floor;
        }

        foreach (var change in page.Events)
        {
            // Below the floor only where not all is lost; it was told as a whole.
            if (change.Id <= Cursor)
                continue;
            fanout.Deliver(change);
            Cursor = change.Id;
        }

        if (page.Events.Count == PageSize)
            return false;
        if (page.Position > Cursor)
        {
            Cursor = page.Position;
            fanout.Advance(Cursor);
        }

        return true;
    }

    private void Wake()
    {
        try
        {
            if (_more.CurrentCount == 0)
                _more.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Another was as quick, or nobody waits any more.
        }
    }
}
