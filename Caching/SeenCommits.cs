using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Platform.Caching;

/// <summary>
/// Which transactions of the source had ended for whoever looked: a snapshot of PostgreSQL, as <c>pg_current_snapshot()</c>
/// writes it. What it includes, every reader sees who begins after it was taken.
/// </summary>
/// <remarks>
/// A position of the WAL would not say that: a commit is in the WAL before readers see it, and with synchronous replication
/// long before.
/// </remarks>
public sealed class SeenCommits
{
    private readonly ulong[] _running;

    private SeenCommits(string text, ulong oldest, ulong next, ulong[] running) => (Text, Oldest, Next, _running) = (text, oldest, next, running);

    /// <summary>As it was read: <c>xmin:xmax:xip_list</c>.</summary>
    public string Text { get; }

    /// <summary>The oldest transaction that had not ended; all before it had.</summary>
    public ulong Oldest { get; }

    /// <summary>The first that had not begun.</summary>
    public ulong Next { get; }

    /// <summary>Reads the text of a snapshot.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SeenCommits? seen)
    {
        seen = null;
        if (text?.Split(':') is not [var oldestText, var nextText, var list] || !TryNumber(oldestText, out var oldest) || !TryNumber(nextText, out var next) || oldest > next)
        {
            return false;
        }

        var names = list.Length == 0 ? [] : list.Split(',');
        var running = new ulong[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            if (!TryNumber(names[i], out running[i]))
            {
                return false;
            }
        }

        seen = new SeenCommits(text, oldest, next, running);
        return true;
    }

    /// <summary>Whether the transaction had ended.</summary>
    /// <param name="xid">Its number as the stream of changes has it, without what comes before the last 32 bits.</param>
    public bool Include(uint xid)
    {
        // The one of these numbers that is nearest: half of all that there are lie behind, half ahead.
        var id = Next + (ulong)(int)(xid - (uint)Next);
        return id < Oldest || (id < Next && Array.IndexOf(_running, id) < 0);
    }

    /// <summary>Whether it was taken after the other, or includes the same: all snapshots of a server are in one order.</summary>
    public bool IsAtLeast(SeenCommits? other) =>
        other is null || Next > other.Next || (Next == other.Next && _running.Length <= other._running.Length);

    /// <inheritdoc />
    public override string ToString() => Text;

    private static bool TryNumber(string text, out ulong number) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
