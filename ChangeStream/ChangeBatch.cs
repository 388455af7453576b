using System.Diagnostics;
using NpgsqlTypes;

namespace Platform.ChangeStream;

/// <summary>
/// The changes of one transaction, or a part of them when there are more than <see cref="ChangeStreamOptions.MaxBatchSize"/>;
/// or rows of a snapshot; or the word that changes are missing.
/// </summary>
public sealed class ChangeBatch
{
    internal ChangeBatch()
    {
    }

    /// <summary>From 1, in the order of delivery by this reader.</summary>
    public long Number { get; internal init; }

    /// <summary>The reading of the slot that it comes from.</summary>
    public ChangeStreamSession Session { get; internal init; } = null!;

    /// <inheritdoc cref="ChangeStreamSession.Epoch" />
    public long Epoch => Session.Epoch;

    /// <summary>Where the transaction's commit begins in the WAL; of a snapshot, where the stream goes on after it.</summary>
    public NpgsqlLogSequenceNumber CommitLsn { get; internal init; }

    /// <summary>Where the commit ends, confirmed once the batch is: later commits begin there or after it. 0 unless it is the last of a transaction.</summary>
    public NpgsqlLogSequenceNumber EndLsn { get; internal init; }

    /// <summary>When it was committed, by the server's clock; of a snapshot, when that was taken.</summary>
    public DateTimeOffset CommitTime { get; internal init; }

    /// <summary>The transaction; 0 for a snapshot.</summary>
    public uint Xid { get; internal init; }

    /// <summary>The span to which belongs what is done with it, when the transaction said of which trace it is (<see cref="TraceContext"/>).</summary>
    public ActivityContext Trace { get; internal init; }

    /// <summary>The rows that changed, in the order of the changes.</summary>
    public IReadOnlyList<Change> Changes { get; internal init; } = [];

    /// <summary>What the transaction said, in order; <see cref="EventId.Sequence"/> tells where between the changes.</summary>
    public IReadOnlyList<ChangeMessage> Messages { get; internal init; } = [];

    /// <summary>Whether it is the first of its transaction, or of its table's snapshot.</summary>
    public bool IsFirst { get; internal init; } = true;

    /// <summary>Whether it is the last of its transaction, or of its table's snapshot.</summary>
    public bool IsLast { get; internal init; } = true;

    /// <summary>The table of which these are rows of a snapshot; null for a transaction.</summary>
    public string? SnapshotOf { get; internal init; }

    /// <summary>What is missing before the next batch; null when nothing is.</summary>
    public ChangeGap? Gap { get; internal init; }
}
