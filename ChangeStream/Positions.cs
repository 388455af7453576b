using NpgsqlTypes;

namespace Platform.ChangeStream;

/// <summary>
/// How far the stream was read and how far its consumer is. The two are apart: the server may forget only what the consumer
/// has done with, however much more was received.
/// </summary>
internal sealed class Positions
{
    private readonly Lock _changing = new();
    private readonly Queue<Delivered> _unconfirmed = [];
    private long _number;
    private string? _history;
    private NpgsqlLogSequenceNumber _seen;
    private NpgsqlLogSequenceNumber _confirmed;

    private sealed record Delivered(long Number, NpgsqlLogSequenceNumber EndLsn, DateTimeOffset CommitTime, Func<CancellationToken, Task>? WhenConfirmed);

    /// <summary>Up to here the server may forget.</summary>
    internal NpgsqlLogSequenceNumber Flushed
    {
        get
        {
            lock (_changing)
            {
                // What came after the last batch held nothing for the consumer.
                return _unconfirmed.Count == 0 && _seen > _confirmed ? _seen : _confirmed;
            }
        }
    }

    /// <summary>The last transaction that was received to its end.</summary>
    internal NpgsqlLogSequenceNumber Seen
    {
        get
        {
            lock (_changing)
                return _seen;
        }
    }

    /// <summary>When the oldest batch that is not confirmed was committed; null when all are.</summary>
    internal DateTimeOffset? OldestUnconfirmed
    {
        get
        {
            lock (_changing)
                return _unconfirmed.TryPeek(out var oldest) ? oldest.CommitTime : null;
        }
    }

    /// <summary>The slot is read anew: what was delivered and not confirmed will be delivered again, under other numbers.</summary>
    /// <param name="history">Which history of the database is read now; positions of another say nothing of it.</param>
    /// <param name="serverLsn">How far its WAL is. When that is not as far as it was confirmed, it was put back to an earlier state.</param>
    internal void Begin(string history, NpgsqlLogSequenceNumber serverLsn)
    {
        lock (_changing)
        {
            if (_unconfirmed.Count > 0)
                _seen = _confirmed;
            _unconfirmed.Clear();
            if (history != _history || serverLsn < _confirmed)
                _seen = _confirmed = default;
            _history = history;
        }
    }

    /// <summary>Counts a batch that is about to be delivered.</summary>
    /// <param name="endLsn">What its confirmation confirms; <c>default</c> when it ends no transaction.</param>
    /// <param name="commitTime">Of its transaction.</param>
    /// <param name="whenConfirmed">What else its confirmation does.</param>
    /// <returns>The batch's number.</returns>
    internal long Deliver(NpgsqlLogSequenceNumber endLsn, DateTimeOffset commitTime, Func<CancellationToken, Task>? whenConfirmed = null)
    {
        lock (_changing)
        {
            _unconfirmed.Enqueue(new Delivered(++_number, endLsn, commitTime, whenConfirmed));
            return _number;
        }
    }

    /// <summary>A transaction was received to its end.</summary>
    internal void See(NpgsqlLogSequenceNumber endLsn)
    {
        lock (_changing)
        {
            if (endLsn > _seen)
                _seen = endLsn;
        }
    }

    /// <summary>Confirms a batch and those before it. Should it fail half-way, the rest is confirmed by the next.</summary>
    internal async ValueTask ConfirmAsync(long number, CancellationToken cancellationToken)
    {
        while (true)
        {
            Delivered? next;
            lock (_changing)
            {
                if (!_unconfirmed.TryPeek(out next) || next.Number > number)
                    return;
            }

            if (next.WhenConfirmed is not null)
                await next.WhenConfirmed(cancellationToken).ConfigureAwait(false);
            lock (_changing)
            {
                // Another call may have confirmed it meanwhile.
                if (_unconfirmed.TryPeek(out var first) && first == next)
                {
                    _unconfirmed.Dequeue();
                    if (next.EndLsn > _confirmed)
                        _confirmed = next.EndLsn;
                }
            }
        }
    }
}
