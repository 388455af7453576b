using System.Diagnostics.CodeAnalysis;

namespace Platform.Realtime.Subscriptions;

/// <summary>
/// What one connection is yet to be told, in order, and the loop that tells it. Its room is bounded, by number and by bytes:
/// who takes nothing costs no more than that, and nobody waits for them.
/// </summary>
/// <remarks>
/// Where room is short, of topics that are a state only the last notice stays; where that is not enough, what waits for the
/// largest subscriptions gives way to a <c>gap</c>. The loop runs only while there is something to tell.
/// </remarks>
internal sealed partial class Feed(IFeedOutput output, FeedLimits limits, RealtimeTelemetry telemetry, TimeProvider clock) : IDisposable
{
    // One piece is taken whole by the connection: small enough to end soon, large enough to be worth its frame.
    private const int MostAtOnce = 64;
    private const int MostBytesAtOnce = 32 * 1024;

    private readonly Lock _lock = new();
    private readonly LinkedList<QueuedNotice> _queue = new();
    private readonly List<Subscription> _waitingForRoom = [];
    private readonly CancellationTokenSource _closing = new();
    private Task _telling = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;
    private TaskCompletionSource? _flushed;
    private long _bytes;
    private bool _isRunning;
    private bool _isClosed;

    /// <summary>Continues with subscriptions that there was no room for.</summary>
    internal Action<IReadOnlyList<Subscription>> HasRoom { get; set; } = static _ => { };

    /// <summary>The loop has failed: the connection is of no more use.</summary>
    internal Action Failed { get; set; } = static () => { };

    /// <summary>How many notices wait.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>What the waiting notices take.</summary>
    internal long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Takes what happens now. It never refuses, and never waits.</summary>
    /// <param name="subscription">For whom.</param>
    /// <param name="notices">All that one change tells it.</param>
    internal void Add(Subscription subscription, IReadOnlyList<Notice> notices)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            foreach (var notice in notices)
            {
                // Of the catalogue, one that waits is as good as ten.
                var isReplaced = notice.Topic == Topic.Catalog && _queue.Last is { Value.Notice: { IsChange: true, Topic: Topic.Catalog } } last && ReferenceEquals(last.Value.Subscription, subscription);
                Append(subscription, isReplaced ? notice.InPlaceOf(Remove(_queue.Last!)) : notice, ReferenceEquals(notice, notices[^1]));
            }

            if (IsOver(limits.Notices, limits.Bytes))
            {
                MakeRoom();
            }

            Run();
        }
    }

    /// <summary>Takes what was, as long as half of the room is free.</summary>
    /// <returns>False when there is none: the subscription is continued with when there is.</returns>
    internal bool TryAdd(Subscription subscription, IReadOnlyList<Notice> notices)
    {
        lock (_lock)
        {
            if (!_isClosed && _queue.Count > 0 && IsOver(limits.Notices / 2, limits.Bytes / 2))
            {
                _waitingForRoom.Add(subscription);
                return false;
            }

            Add(subscription, notices);
            return true;
        }
    }

    /// <summary>Forgets what waits for a subscription that has ended.</summary>
    /// <returns>When nothing for it is on its way any more.</returns>
    internal Task RemoveAsync(Subscription subscription)
    {
        lock (_lock)
        {
            for (var node = _queue.First; node is not null;)
            {
                var next = node.Next;
                if (ReferenceEquals(node.Value.Subscription, subscription))
                {
                    Remove(node);
                }

                node = next;
            }

            _waitingForRoom.Remove(subscription);
            return _isRunning ? (_flushed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    /// <summary>Ends it: nothing more is told.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            _queue.Clear();
            _waitingForRoom.Clear();
            _bytes = 0;
            _flushed?.TrySetResult();
        }

        // Never disposed: it has no timer, and the loop may be about to look at it.
        _closing.Cancel();
    }

    /// <summary>Ends when nothing is written any more, after it was ended.</summary>
    internal async Task StoppedAsync()
    {
        await _telling.ConfigureAwait(false);
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool IsOver(int notices, int bytes) => _queue.Count > notices || _bytes > bytes;

    private void Append(Subscription subscription, Notice notice, bool endsChange)
    {
        _queue.AddLast(new QueuedNotice(subscription, notice, endsChange));
        _bytes += notice.Size;
    }

    private Notice Remove(LinkedListNode<QueuedNotice> node)
    {
        _queue.Remove(node);
        _bytes -= node.Value.Notice.Size;
        return node.Value.Notice;
    }

    private void Run()
    {
        if (!_isRunning)
        {
            _isRunning = true;
            _telling = Task.Run(TellAsync);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a connection fails of, it concerns nobody else.")]
    private async Task TellAsync()
    {
        var taken = new List<QueuedNotice>();
        while (Take(taken))
        {
            using var span = RealtimeTraces.Push(taken);
            try
            {
                var writing = output.WriteAsync(taken, _closing.Token);
                if (writing.IsCompletedSuccessfully)
                {
                    continue;
                }

                await (_writing = writing.AsTask()).WaitAsync(limits.SendTimeout, clock, _closing.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                if (!_closing.IsCancellationRequested)
                {
                    telemetry.Failed(e is TimeoutException ? FailureReason.Stalled : FailureReason.Output);
                    Dispose();
                    output.Abort();
                    Failed();
                }

                return;
            }
        }
    }

    private bool Take(List<QueuedNotice> taken)
    {
        Subscription[] continued = [];
        lock (_lock)
        {
            _flushed?.TrySetResult();
            _flushed = null;
            taken.Clear();
            if (_isClosed || _queue.Count == 0)
            {
                _isRunning = false;
                return false;
            }

            for (var bytes = 0; _queue.First is { } first && taken.Count < MostAtOnce && bytes < MostBytesAtOnce;)
            {
                taken.Add(first.Value);
                bytes += first.Value.Notice.Size;
                // Who has a part of a change has not had the change.
                first.Value.Subscription.Taken = first.Value.EndsChange ? first.Value.Notice : first.Value.Subscription.Taken;
                Remove(first);
            }

            if (_waitingForRoom.Count > 0 && !IsOver(limits.Notices / 4, limits.Bytes / 4))
            {
                continued = [.. _waitingForRoom];
                _waitingForRoom.Clear();
            }
        }

        if (continued.Length > 0)
        {
            HasRoom(continued);
        }

        telemetry.Delivered(taken.Count);
        foreach (var queued in taken)
        {
            if (queued.Notice.LiveSince is { } committed)
            {
                telemetry.Told(clock.GetUtcNow() - committed);
            }
        }

        return true;
    }
}
