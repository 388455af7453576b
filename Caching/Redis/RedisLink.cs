using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Platform.Caching.Redis;

/// <summary>
/// Whether this node may use Redis, and what it has heard from the others by it. Two things end the use: a command that
/// fails or outlasts its budget (the breaker; the subscription may be well), and a reason to think that messages were
/// missed (hearing is lost; the memory is dropped when it is had again). One task of its own brings both back; no caller
/// ever tries.
/// </summary>
internal sealed partial class RedisLink : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReconnectsAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // Longer than that without Redis, and other nodes may have written what they could not invalidate.
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(1);

    // A breaker that opens again within this time waits twice as long: a flapping Redis must not cost a budget each time.
    private static readonly TimeSpan Probation = TimeSpan.FromSeconds(30);

    private const string Untold = "an invalidation could not be told";

    private readonly IConnectionMultiplexer _redis;
    private readonly RedisNames _names;
    private readonly SocketWatch _sockets;
    private readonly TimeSpan _budget;
    private readonly GroupedGets _gets;
    private readonly TimeSpan _heartbeat;
    private readonly CacheTelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _changing = new();
    private readonly PendingInvalidations _pending = new();
    private Action<CacheKey[], int[]> _invalidated = (_, _) => { };
    private Action _missed = () => { };
    private Task _running = Task.CompletedTask;
    private readonly SemaphoreSlim _lost = new(0, 1);

    private volatile FenceMirror? _usable;
    private FenceMirror? _mirror;
    private long _unusableSince;
    private long _usableSince;
    private bool _subscribed;
    private bool _hadOutage;
    private bool _rests;
    private TimeSpan _pause = ShortestPause;

    /// <summary>How the connection must behave that a link uses.</summary>
    internal static void Configure(ConfigurationOptions redis, SocketWatch sockets)
    {
        sockets.Attach(redis);
        // A command that waits for a connection would cost its caller the budget; it goes on without Redis at once.
        redis.BacklogPolicy = BacklogPolicy.FailFast;
        // Otherwise it tries again more and more rarely, and is without Redis for up to ten seconds after it is back.
        redis.ReconnectRetryPolicy = new LinearRetry((int)ReconnectsAfter.TotalMilliseconds);
        // In seconds. A connection that only listens is otherwise asked after a minute whether it is still there.
        redis.KeepAlive = 5;
    }

    internal RedisLink(IConnectionMultiplexer redis, SocketWatch sockets, CacheOptions options, CacheTelemetry telemetry, ILogger logger)
    {
        (_redis, _sockets, _telemetry, _logger) = (redis, sockets, telemetry, logger);
        (_names, _budget, _heartbeat) = (new RedisNames(options.Namespace), options.RedisBudget, options.Heartbeat);
        _gets = new GroupedGets(SendAsync);
        _unusableSince = Stopwatch.GetTimestamp();
        _sockets.Opening += OnSocketOpening;
    }

    /// <summary>The mirror by which Redis may be used now; null while it must not be.</summary>
    internal FenceMirror? Usable => _usable;

    /// <summary>Since when <see cref="Usable"/> has been null, as a timestamp; 0 when it is not.</summary>
    internal long UnusableSince => Volatile.Read(ref _unusableSince);

    /// <summary>Begins to attach.</summary>
    /// <param name="invalidated">Called for what others invalidated, in order, before it counts as heard.</param>
    /// <param name="missed">Called when messages may have been missed: the memory must be dropped.</param>
    internal void Start(Action<CacheKey[], int[]> invalidated, Action missed)
    {
        (_invalidated, _missed) = (invalidated, missed);
        _running = Task.Run(() => RunAsync(_stopping.Token));
    }

    /// <summary>Waits until Redis is usable.</summary>
    internal async Task UsableAsync(CancellationToken cancellationToken)
    {
        while (_usable is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Notes that a command failed or took too long: Redis is left alone until the link's own task has had answers.</summary>
    internal void Failed(Exception reason)
    {
        _telemetry.Error(reason is TimeoutException ? CacheError.RedisTimeout : CacheError.RedisUnavailable);
        Break(loseHearing: false, reason.GetType().Name);
    }

    /// <summary>Notes what Redis could not be told; it is, before Redis is used again.</summary>
    internal void Postpone(IReadOnlyCollection<CacheKey> keys, IReadOnlyCollection<int> slots)
    {
        lock (_changing)
        {
            _pending.Add(keys, slots);
            Break(loseHearing: false, Untold);
        }
    }

    /// <summary>Notes that Redis could not be told that everything is invalid.</summary>
    internal void PostponeEverything()
    {
        lock (_changing)
        {
            _pending.AddEverything();
            Break(loseHearing: false, Untold);
        }
    }

    /// <summary>Notes that the fence table is not what this node has a mirror of.</summary>
    internal void LoseHearing() => Break(loseHearing: true, failure: null);

    public async ValueTask DisposeAsync()
    {
        _sockets.Opening -= OnSocketOpening;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private IDatabase Database => _redis.GetDatabase();

    // Every connection that is made anew: whatever the old one had to say is lost, and the server may be another.
    private void OnSocketOpening()
    {
        lock (_changing)
        {
            // Not at the start, where nothing has been heard that could have been missed.
            if (_usableSince != 0)
            {
                _hadOutage = true;
                Break(loseHearing: true, failure: null);
            }
        }
    }

    /// <summary>Ends the use of Redis.</summary>
    /// <param name="loseHearing">Whether messages may be missed from now on.</param>
    /// <param name="failure">What went wrong; null when Redis is well and only what is known of it is not.</param>
    private void Break(bool loseHearing, string? failure)
    {
        lock (_changing)
        {
            if (loseHearing)
            {
                _mirror = null;
            }

            if (_usable is null)
            {
                return;
            }

            _usable = null;
            Volatile.Write(ref _unusableSince, Stopwatch.GetTimestamp());
            if (failure is not null)
            {
                _pause = Stopwatch.GetElapsedTime(_usableSince) > Probation ? ShortestPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                _rests = true;
            }

            if (_lost.CurrentCount == 0)
            {
                _lost.Release();
            }
        }

        if (failure is null)
        {
            Log.RedisChanged(_logger);
        }
        else
        {
            Log.RedisLost(_logger, failure);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong here, Redis stays unused and is tried again.")]
    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (!_subscribed)
                {
                    await SubscribeAsync(cancellationToken).ConfigureAwait(false);
                    _subscribed = true;
                }

                await AttachAsync(cancellationToken).ConfigureAwait(false);
                await ListenAsync(cancellationToken).ConfigureAwait(false);
                if (!_rests)
                    continue;
                _rests = false;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                var cause = error.GetType().Name;
                Log.RedisStillLost(_logger, cause);
            }

            await Task.Delay(_pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        var subscriber = _redis.GetSubscriber();
        try
        {
            // The client subscribes nothing that it takes for subscribed.
            await subscriber.UnsubscribeAsync(_names.Channel).WaitAsync(AnswerLimit, cancellationToken).ConfigureAwait(false);
            var queue = await subscriber.SubscribeAsync(_names.Channel).WaitAsync(AnswerLimit, cancellationToken).ConfigureAwait(false);
            queue.OnMessage(message => OnMessage(message.Message));
        }
        catch
        {
            // The client would subscribe all the same when it connects, and fill a queue that nobody reads.
            await subscriber.UnsubscribeAsync(_names.Channel, flags: CommandFlags.FireAndForget).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <summary>Returns when Redis must not be used any more.</summary>
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var behind = -1L;
        while (!await _lost.WaitAsync(_heartbeat, cancellationToken).ConfigureAwait(false))
        {
            if (_usable is not { } mirror)
            {
                return;
            }

            long seen;
            try
            {
                var state = Database.ExecuteAsync("BITFIELD_RO", _names.Table, "GET", "i64", "#0", "GET", "i64", "#1");
                var asked = Stopwatch.GetTimestamp();
                var clock = Database.ExecuteAsync("TIME");
                var both = await Task.WhenAll(state, clock).WaitAsync(_budget * 5, cancellationToken).ConfigureAwait(false);
                mirror.ClockOffset = Offset((long)both[1][0] * 1000 + (long)both[1][1] / 1000, asked);
                seen = (long)both[0][0] == mirror.Epoch ? (long)both[0][1] : long.MaxValue;
            }
            catch (Exception error) when (error is RedisException or TimeoutException)
            {
                Failed(error);
                continue;
            }

            // Something was said a heartbeat ago that has not been heard yet: it will not be.
            if (seen == long.MaxValue || (behind > mirror.Heard && behind >= 0))
            {
                LoseHearing();
            }

            behind = seen > mirror.Heard ? seen : -1;
        }
    }

    private static long Offset(long redisMilliseconds, long asked) =>
        redisMilliseconds - (long)Stopwatch.GetElapsedTime(0, asked + ((Stopwatch.GetTimestamp() - asked) / 2)).TotalMilliseconds;
}
