using System.Collections.Concurrent;
using System.Globalization;

namespace Platform.LoadTests.Run.Correctness;

/// <summary>A write of a version. Versions of a thing rise, and one writer writes them, one after the other.</summary>
/// <param name="Key">Of what.</param>
/// <param name="Version">Which.</param>
/// <param name="Began">When it was sent, since the run began.</param>
/// <param name="Ended">When it was answered as done; null when nobody knows whether it was.</param>
/// <param name="Position">Its <c>Platform-Lsn</c>: an upper bound of its commit.</param>
/// <param name="Node">Who was asked.</param>
public readonly record struct VersionWrite(string Key, long Version, TimeSpan Began, TimeSpan? Ended, ulong? Position, string Node)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Began.TotalSeconds:F4} s to {(Ended is { } ended ? $"{ended.TotalSeconds:F4} s" : "?")}  {Node} is told {Key} = {Version}{(Position is { } at ? $", done at position {at:X}" : "")}");
}

/// <summary>A read that was answered.</summary>
/// <param name="Key">Of what.</param>
/// <param name="Version">Which version the answer showed.</param>
/// <param name="Began">When it was sent, since the run began.</param>
/// <param name="Ended">When it was answered.</param>
/// <param name="AskedFor">The position that it asked for, by <c>Platform-Min-Lsn</c>.</param>
/// <param name="Position">The position up to which the answer says that nothing is missing in it.</param>
/// <param name="Node">Who was asked.</param>
public readonly record struct VersionRead(string Key, long Version, TimeSpan Began, TimeSpan Ended, ulong? AskedFor, ulong? Position, string Node)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Began.TotalSeconds:F4} s to {Ended.TotalSeconds:F4} s  {Node} answers {Key} = {Version}{(AskedFor is { } asked ? $", asked for position {asked:X}" : "")}{(Position is { } at ? $", as of position {at:X}" : "")}");
}

/// <summary>What was written and read of things that have versions. Many may record at once.</summary>
public sealed class VersionHistory
{
    private readonly ConcurrentQueue<VersionWrite> _writes = new();
    private readonly ConcurrentQueue<VersionRead> _reads = new();

    /// <summary>What was written.</summary>
    public IReadOnlyCollection<VersionWrite> Writes => _writes;

    /// <summary>What was read.</summary>
    public IReadOnlyCollection<VersionRead> Reads => _reads;

    /// <summary>Records a write, done or not.</summary>
    public void Add(VersionWrite write) => _writes.Enqueue(write);

    /// <summary>Records an answered read.</summary>
    public void Add(VersionRead read) => _reads.Enqueue(read);
}
