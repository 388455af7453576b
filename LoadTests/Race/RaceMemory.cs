using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace Platform.LoadTests.Race;

/// <summary>
/// What all processes of a race see at once, in a memory-mapped file: the truth (versions), who is where, counts, and the
/// newest events. Numbers lie 64 bytes apart, so that the processors' caches order them and nothing else.
/// </summary>
internal sealed class RaceMemory : IDisposable
{
    internal const int Acknowledgements = 4096;
    private const int Apart = 8;
    private const int TimesAt = 128 * Apart;
    private const int PositionsAt = TimesAt + (RaceKeys.Subjects * Acknowledgements);
    private const int Positions = 1 << 16;
    private const int CommitsAt = PositionsAt + (RaceKeys.Subjects * Acknowledgements);
    private const int TraceAt = CommitsAt + Positions;
    private const long Length = (TraceAt + RaceTrace.Words) * sizeof(long);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly unsafe long* _words;

    private unsafe RaceMemory(string path, FileMode mode)
    {
        _file = MemoryMappedFile.CreateFromFile(path, mode, null, Length);
        _view = _file.CreateViewAccessor();
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _words = (long*)start;
    }

    internal static RaceMemory Create(string path) => new(path, FileMode.CreateNew);

    internal static RaceMemory Open(string path) => new(path, FileMode.Open);

    /// <summary>What the parent wants done; grows.</summary>
    internal ref long Phase => ref Word(0);

    internal ref long Violations => ref Word(Apart);

    internal ref long Reads => ref Word(2 * Apart);

    internal ref long Writes => ref Word(3 * Apart);

    internal ref long Loads => ref Word(4 * Apart);

    internal ref long MemoryHits => ref Word(5 * Apart);

    internal ref long RedisHits => ref Word(6 * Apart);

    /// <summary>Answers from Redis while all was quiet: how much the check of that level has seen.</summary>
    internal ref long SettledInRedis => ref Word(7 * Apart);

    /// <summary>The longest time, in ticks of the stopwatch, after which another process still read what had been changed.</summary>
    internal ref long LongestLag => ref Word(8 * Apart);

    internal ref long TraceEnd => ref Word(9 * Apart);

    /// <summary>How many commits there were: the position of the last one.</summary>
    internal ref long Position => ref Word(12 * Apart);

    /// <summary>Reads that a position vouched for something in.</summary>
    internal ref long Vouched => ref Word(13 * Apart);

    /// <summary>The last phase that a node is through with.</summary>
    internal ref long Done(int node) => ref Word((10 + node) * Apart);

    /// <summary>The truth.</summary>
    internal ref long Version(int subject) => ref Word((20 + subject) * Apart);

    /// <summary>The newest version whose writer, in any process, had its acknowledgement.</summary>
    internal ref long Acknowledged(int subject) => ref Word((20 + RaceKeys.Subjects + subject) * Apart);

    /// <summary>When a version was acknowledged, in ticks of the stopwatch; 0 when it has not been yet.</summary>
    internal ref long AcknowledgedAt(int subject, long version) => ref Word(TimesAt + (subject * Acknowledgements) + (int)(version % Acknowledgements));

    /// <summary>The position at which a version was committed; 0 when it has not been yet.</summary>
    internal ref long PositionOf(int subject, long version) => ref Word(PositionsAt + (subject * Acknowledgements) + (int)(version % Acknowledgements));

    /// <summary>What was committed at a position; -1 when nothing was yet.</summary>
    internal int SubjectOf(long position) => Volatile.Read(ref Commit(position)) is var commit && commit >> 8 == position ? (int)(commit & 0xFF) : -1;

    /// <summary>A version has been committed.</summary>
    internal void Note(int subject, long version)
    {
        Volatile.Write(ref PositionOf(subject, version + (Acknowledgements / 2)), 0);
        var position = Interlocked.Increment(ref Position);
        Volatile.Write(ref PositionOf(subject, version), position);
        Volatile.Write(ref Commit(position), (position << 8) | (uint)subject);
    }

    internal unsafe Span<long> TraceWords => new(_words + TraceAt, RaceTrace.Words);

    internal static void Raise(ref long word, long to)
    {
        for (var seen = Volatile.Read(ref word); seen < to;)
        {
            var before = Interlocked.CompareExchange(ref word, to, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }

    /// <summary>Waits until a condition on this memory holds, looking every millisecond.</summary>
    internal static async Task UntilAsync(Func<bool> condition, string otherwise, TimeSpan limit, CancellationToken cancellationToken, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
                throw new TimeoutException($"{otherwise} ({what})");
            await Task.Delay(1, cancellationToken);
        }
    }

    private ref long Commit(long position) => ref Word(CommitsAt + (int)(position % Positions));

    private unsafe ref long Word(int at) => ref _words[at];

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
