using System.Globalization;

namespace Platform.LoadTests.Run.Correctness;

/// <summary>
/// Looks for answers that are older than docs/consistency.md allows: than a write that the same node had answered, than one
/// of another node longer ago than is promised, than the position that was asked for or that the answer itself claims. And for
/// answers that nobody can have written yet.
/// </summary>
/// <param name="elsewhere">How long after a write's answer another node may show what was before it.</param>
public sealed class StalenessChecker(TimeSpan elsewhere)
{
    /// <summary>The kinds of what it finds.</summary>
    public const string Stale = "stale read", StaleElsewhere = "stale read beyond the promise", BehindAsked = "read behind the position it asked for",
        BehindClaimed = "read behind the position it claims", NeverWritten = "read of what nobody had written";

    /// <summary>Everything that must not be.</summary>
    public IEnumerable<Violation> Check(VersionHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var writes = history.Writes.ToLookup(write => write.Key, StringComparer.Ordinal);
        return history.Reads.Select(read => Check(read, writes[read.Key])).OfType<Violation>();
    }

    // The worst that is wrong with it.
    private Violation? Check(VersionRead read, IEnumerable<VersionWrite> writes)
    {
        VersionWrite? shown = null, here = null, there = null, asked = null, claimed = null;
        foreach (var write in writes)
        {
            if (write.Version == read.Version)
                shown = write;
            if (write.Ended is not { } ended)
                continue;
            if (ended < read.Began && write.Node == read.Node)
                here = Later(here, write);
            // A commit is in the log a moment before anybody sees it: who asks for its position may ask too early, unless it was answered.
            if (ended < read.Began && write.Position <= read.AskedFor)
                asked = Later(asked, write);
            if (ended + elsewhere < read.Began)
                there = Later(there, write);
            if (write.Position <= read.Position)
                claimed = Later(claimed, write);
        }

        if (shown is null || shown.Value.Began > read.Ended)
            return new Violation(NeverWritten, $"{read.Key} was answered with a version that nobody had written.", shown is { } later ? [read.ToString(), later.ToString()] : [read.ToString()]);
        return Older(here, Stale, "after the same node had answered the write of")
            ?? Older(asked, BehindAsked, "though it asked for a position of")
            ?? Older(claimed, BehindClaimed, "though it says that nothing is missing up to")
            ?? Older(there, StaleElsewhere, string.Create(CultureInfo.InvariantCulture, $"more than {elsewhere.TotalSeconds:0.##} s after another node had answered the write of"));

        Violation? Older(VersionWrite? needed, string kind, string why) => needed is { } newer && newer.Version > read.Version
            ? new Violation(kind, string.Create(CultureInfo.InvariantCulture, $"{read.Key} was answered with version {read.Version} {why} {newer.Version}."), [shown.Value.ToString(), newer.ToString(), read.ToString()])
            : null;
    }

    private static VersionWrite Later(VersionWrite? known, VersionWrite write) => known is { } one && one.Version > write.Version ? one : write;
}
