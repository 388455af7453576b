using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Platform.LoadTests.Race;

internal enum RaceEvent
{
    Committed = 1,
    Invalidating,
    Acknowledged,
    LoadBegan,
    LoadSaw,
    LoadEnded,
    LoadFailed,
    AnsweredFromSource,
    AnsweredFromMemory,
    AnsweredFromRedis,
}

/// <summary>The newest events of all processes in one order, to show how a violation came about.</summary>
internal sealed class RaceTrace(RaceMemory memory, int node)
{
    internal const int Words = Events * WordsPerEvent;
    private const int Events = 1 << 16;
    private const int WordsPerEvent = 2;
    private const int Shown = 80;

    internal void Add(RaceEvent what, int subject, long version)
    {
        var at = (int)(Interlocked.Increment(ref memory.TraceEnd) % Events) * WordsPerEvent;
        var words = memory.TraceWords;
        Volatile.Write(ref words[at], Stopwatch.GetTimestamp());
        Volatile.Write(ref words[at + 1], (version << 16) | ((long)what << 12) | ((long)node << 8) | (uint)subject);
    }

    /// <summary>The last events of some subjects, oldest first, in microseconds before now.</summary>
    internal string Last(params int[] subjects)
    {
        var words = memory.TraceWords;
        var (now, end) = (Stopwatch.GetTimestamp(), Volatile.Read(ref memory.TraceEnd));
        List<(long At, string Line)> lines = [];
        for (var i = end; i > Math.Max(0, end - Events + 64) && lines.Count < Shown; i--)
        {
            var (at, word) = (words[(int)(i % Events) * WordsPerEvent], words[((int)(i % Events) * WordsPerEvent) + 1]);
            if (subjects.Contains((int)(word & 0xFF)))
            {
                lines.Add((at, string.Create(CultureInfo.InvariantCulture,
                    $"    {Stopwatch.GetElapsedTime(now, at).TotalMicroseconds,12:N0} us  node {(word >> 8) & 0xF}  {(RaceEvent)((word >> 12) & 0xF),-18} subject {word & 0xFF} version {word >> 16}")));
            }
        }

        return lines.OrderBy(l => l.At).Aggregate(new StringBuilder(), (text, l) => text.AppendLine(l.Line)).ToString();
    }
}
