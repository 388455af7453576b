using System.Globalization;
using NpgsqlTypes;

namespace Platform.ChangeStream;

/// <summary>
/// Names an event for ever: where its transaction's commit is in the WAL, and which of its events it is. Delivered again,
/// it has the same; of two events, the later has the greater, as long as the server's timeline is one.
/// </summary>
/// <param name="CommitLsn">Where the commit begins; of an event of a snapshot, where the stream goes on after it.</param>
/// <param name="Sequence">From 1, within the transaction or the snapshot.</param>
/// <param name="IsRead">Whether it is of a snapshot, which has numbers of its own.</param>
public readonly record struct EventId(NpgsqlLogSequenceNumber CommitLsn, long Sequence, bool IsRead = false) : IComparable<EventId>
{
    /// <inheritdoc />
    public int CompareTo(EventId other)
    {
        var byCommit = CommitLsn.CompareTo(other.CommitLsn);
        // The snapshot holds what was before the commit at the same place.
        return byCommit != 0 ? byCommit : IsRead != other.IsRead ? (IsRead ? -1 : 1) : Sequence.CompareTo(other.Sequence);
    }

    /// <summary>As <c>{commit}-{sequence}</c>, both decimal, which is also an id that a Redis stream takes; of a snapshot, <c>{commit}-r{sequence}</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(ulong)CommitLsn}-{(IsRead ? "r" : "")}{Sequence}");

    /// <summary>Whether <paramref name="left"/> was before <paramref name="right"/>.</summary>
    public static bool operator <(EventId left, EventId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> was after <paramref name="right"/>.</summary>
    public static bool operator >(EventId left, EventId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> was not after <paramref name="right"/>.</summary>
    public static bool operator <=(EventId left, EventId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> was not before <paramref name="right"/>.</summary>
    public static bool operator >=(EventId left, EventId right) => left.CompareTo(right) >= 0;
}
