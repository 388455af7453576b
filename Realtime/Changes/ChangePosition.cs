using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Platform.Realtime.Changes;

/// <summary>
/// A place in the one order of all changes: by the commit's position in the WAL, then by number within its transaction. Of an
/// event it is the id; between events, whatever is greater comes after it.
/// </summary>
/// <param name="CommitLsn">Where the commit begins in the WAL.</param>
/// <param name="Sequence">From 1 within the transaction; 0 for the place before its first event.</param>
internal readonly record struct ChangePosition(ulong CommitLsn, long Sequence) : IComparable<ChangePosition>
{
    /// <inheritdoc />
    public int CompareTo(ChangePosition other) =>
        CommitLsn.CompareTo(other.CommitLsn) is not 0 and var byCommit ? byCommit : Sequence.CompareTo(other.Sequence);

    /// <summary>As <c>{commit}-{sequence}</c>, both decimal, which is also an id of a Redis stream.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CommitLsn}-{Sequence}");

    /// <summary>Reads what <see cref="ToString"/> writes, and nothing else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ChangePosition position)
    {
        position = default;
        if (text?.Split('-') is not [var commit, var sequence]
            || !ulong.TryParse(commit, NumberStyles.None, CultureInfo.InvariantCulture, out var lsn)
            || !long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        position = new ChangePosition(lsn, number);
        return true;
    }

    public static bool operator <(ChangePosition left, ChangePosition right) => left.CompareTo(right) < 0;

    public static bool operator >(ChangePosition left, ChangePosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(ChangePosition left, ChangePosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ChangePosition left, ChangePosition right) => left.CompareTo(right) >= 0;
}
