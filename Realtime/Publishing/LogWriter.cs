using System.Globalization;
using Platform.ChangeStream;
using Platform.Realtime.Changes;
using StackExchange.Redis;

namespace Platform.Realtime.Publishing;

/// <summary>Writes the log in Redis: each event once, in order, whatever happens to Redis, to this process or to others that publish.</summary>
/// <remarks>
/// Redis may answer for less than it was told: it restarts from an old snapshot, a replica takes over, somebody flushes it.
/// The state beside the stream says up to where all was published. What was confirmed to PostgreSQL was published before, so
/// a state that is not as far has lost something; then the floor is raised, and readers that have not had it are told.
/// </remarks>
internal sealed class LogWriter(IConnectionMultiplexer redis, ChangeLogOptions options, ILogger<LogWriter> logger, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan RetriesAfter = TimeSpan.FromMilliseconds(200);

    private enum Answer
    {
        Done = 0,
        Replaced = 1,
        NotAsLeft = 2,
    }

    private readonly SemaphoreSlim _turn = new(1, 1);
    private ChangeStreamSession? _session;
    private ChangePosition _published;
    private ChangePosition _lastEvent;
    private bool _isTaken;

    /// <summary>Publishes batches, at once, however long Redis is away meanwhile.</summary>
    /// <param name="batches">At least one; all of one session, and a gap alone. They follow those before, unless they are the first of the session.</param>
    /// <param name="events">Their events, in order.</param>
    /// <param name="cancellationToken">Ends it; then it may be published or not.</param>
    /// <exception cref="SlotTakenException">Another reader has taken the slot.</exception>
    internal async Task PublishAsync(IReadOnlyList<ChangeBatch> batches, IReadOnlyList<ChangeEvent> events, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var batch = batches[0];
            if (batch.Session != _session)
            {
                // What a gap leaves out was not published, and need not have been.
                _published = _lastEvent = batch.Gap is null ? new ChangePosition((ulong)batch.Session.StartsAt, 0) : default;
                (_session, _isTaken) = (batch.Session, false);
            }

            var after = After(batches[^1]);
            await InsistAsync(_session, after, batch.Gap is not null, events, cancellationToken).ConfigureAwait(false);
            _published = after;
            if (events.Count > 0)
                _lastEvent = events[^1].Id;
            else if (batch.Gap is not null)
                _lastEvent = after;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Finds out whether Redis is as it was left, when nothing is being published.</summary>
    /// <exception cref="RedisException">Redis does not answer.</exception>
    /// <exception cref="TimeoutException">Nor in time.</exception>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(0, cancellationToken).ConfigureAwait(false))
            return;
        try
        {
            if (_session is not null && _isTaken && await WriteAsync(_session, _published, isGap: false, []).ConfigureAwait(false) == Answer.NotAsLeft)
                await TakeAsync(_session, _published).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    // Of a transaction that goes on, its last event so far; otherwise where later commits begin.
    private static ChangePosition After(ChangeBatch batch) => batch switch
    {
        { Gap: { } gap } => new((ulong)gap.To, 0),
        { IsLast: true } => new((ulong)batch.EndLsn, 0),
        _ => new((ulong)batch.CommitLsn, Math.Max(
            batch.Changes.Count > 0 ? batch.Changes[^1].Id.Sequence : 0, batch.Messages.Count > 0 ? batch.Messages[^1].Id.Sequence : 0)),
    };

    private async Task InsistAsync(ChangeStreamSession session, ChangePosition after, bool isGap, IReadOnlyList<ChangeEvent> events, CancellationToken cancellationToken)
    {
        var isHalted = false;
        while (true)
        {
            try
            {
                var answer = _isTaken || await TakeAsync(session, after).ConfigureAwait(false)
                    ? await WriteAsync(session, after, isGap, events).ConfigureAwait(false)
                    : Answer.Replaced;
                if (answer == Answer.Replaced)
                    throw new SlotTakenException();
                if (isHalted)
                    logger.PublishingResumed();
                if (answer == Answer.Done)
                    return;
                _isTaken = false;
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                if (!isHalted)
                    logger.PublishingHalted(e is RedisServerException ? e.Message : e.GetType().Name);
                isHalted = true;
                await Task.Delay(RetriesAfter, clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <returns>False when a later holder has the log.</returns>
    private async Task<bool> TakeAsync(ChangeStreamSession session, ChangePosition after)
    {
        // Not before what was read from it since.
        var server = new ChangePosition((ulong)session.ServerLsn, 0);
        var answer = await redis.GetDatabase().ScriptEvaluateAsync(LogScripts.Take, options.Keys,
        [
            session.History, session.Epoch, _published.ToString(), _lastEvent.ToString(), (server > after ? server : after).ToString(), Convert.ToHexStringLower(BitConverter.GetBytes((ushort)Random.Shared.Next())),
        ]).ConfigureAwait(false);
        if ((int)answer[0] != 0)
            return false;
        _isTaken = true;
        if ((string)answer[1]! is { Length: > 0 } reason)
            logger.LogBegun((string)answer[2]!, reason);
        return true;
    }

    private async Task<Answer> WriteAsync(ChangeStreamSession session, ChangePosition after, bool isGap, IReadOnlyList<ChangeEvent> events)
    {
        var values = new List<RedisValue>(8 + (6 * events.Count))
        {
            session.History, session.Epoch, _published.ToString(), after.ToString(), isGap, options.Length, Time(clock.GetUtcNow() - options.Age), (string)options.Wake!,
        };
        foreach (var change in events)
            values.AddRange([change.Id.ToString(), string.Join(' ', change.Topics), change.Operation, Time(change.At), change.Data, TraceContext.Format(change.Trace)]);
        return (Answer)(int)await redis.GetDatabase().ScriptEvaluateAsync(LogScripts.Publish, options.Keys, [.. values]).ConfigureAwait(false);
    }

    // Of one length, so that later is greater.
    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
