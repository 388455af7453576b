using System.Diagnostics;
using System.Globalization;

namespace Platform.LoadTests.Race;

/// <summary>
/// What one process knows to have been acknowledged to it, and the judge of everything it reads: a read that begins after
/// an acknowledgement must return that version or a newer one.
/// </summary>
internal sealed class RaceHistory(RaceMemory memory, RaceTrace trace, string process, TimeSpan lagLimit, Func<long>? applied = null)
{
    private const int TracesShown = 3;
    private readonly long[] _acknowledged = new long[RaceKeys.Subjects];
    private int _shown;

    /// <summary>A writer of this process has its invalidation behind it.</summary>
    internal void Acknowledge(int subject, long version)
    {
        Volatile.Write(ref memory.AcknowledgedAt(subject, version), Stopwatch.GetTimestamp());
        RaceMemory.Raise(ref memory.Acknowledged(subject), version);
        RaceMemory.Raise(ref _acknowledged[subject], version);
        trace.Add(RaceEvent.Acknowledged, subject, version);
    }

    /// <summary>To be taken before a read begins.</summary>
    /// <param name="key">Which.</param>
    /// <param name="isTruth">Whether it has to read all that is committed, acknowledged or not.</param>
    internal Beginning Begin(int key, bool isTruth = false) => new(this, key, isTruth);

    /// <summary>At quiescence nothing but the truth will do.</summary>
    internal void JudgeSettled(int key, RaceValue? value, string where)
    {
        var version = Volatile.Read(ref memory.Version(key));
        if (value is null ? !RaceKeys.IsAbsent(version) : value.Version != version)
            Violation(key, $"left at quiescence in {where}: {value?.ToString() ?? "null"}, the truth is version {version}", key);
        else if (value is { Part: > 0 } && value.PartVersion != Volatile.Read(ref memory.Version(value.Part)))
            Violation(key, $"left at quiescence in {where}: {value}, the truth of its part is version {Volatile.Read(ref memory.Version(value.Part))}", key, value.Part);
    }

    private void Judge(in Beginning begun, RaceValue? value, string how)
    {
        var key = begun.Key;
        if (value is null)
        {
            // Some version that the read may have seen must be an absent one.
            var (from, to) = (begun.Floor(key), Volatile.Read(ref memory.Version(key)));
            if (to - from < 5 && !Enumerable.Range(0, (int)(to - from) + 1).Any(n => RaceKeys.IsAbsent(from + n)))
                Violation(key, $"{how} read null, but version {from} was acknowledged before the read began (now {to})", key);
            return;
        }

        if (value.Key != key || RaceKeys.IsAbsent(value.Version) || (RaceKeys.HasPart(key) ? value.Part != RaceKeys.PartSubject(key, value.Version) : value.Part != 0))
            Violation(key, $"{how} read {value}, which never was the value of key {key}", key);
        JudgeVersion(begun, key, value.Version, value, how);
        if (value.Part > 0)
            JudgeVersion(begun, value.Part, value.PartVersion, value, how);
    }

    private void JudgeVersion(in Beginning begun, int subject, long version, RaceValue value, string how)
    {
        // What the node vouched for before: the next version had been committed by then.
        if (begun.Applied > 0 && Volatile.Read(ref memory.PositionOf(subject, version + 1)) is > 0 and var replacedAt)
        {
            Interlocked.Increment(ref memory.Vouched);
            if (replacedAt <= begun.Applied)
                Violation(begun.Key, $"{how} read {value} at position {begun.Applied}, but version {version + 1} of subject {subject} was committed at {replacedAt}", begun.Key, subject);
        }

        if (version > Volatile.Read(ref memory.Version(subject)))
            Violation(begun.Key, $"{how} read {value}, a version that is still to come", subject);
        if (version < begun.Floor(subject))
        {
            Violation(begun.Key, string.Create(CultureInfo.InvariantCulture,
                $"{how} read {value}, but version {begun.Floor(subject)} of subject {subject} was acknowledged here before the read began {Stopwatch.GetElapsedTime(begun.At).TotalMicroseconds:N0} us ago"), begun.Key, subject);
            return;
        }

        // Written by the other process: it may be heard a little later, but not for long.
        if (version >= begun.FloorAnywhere(subject))
            return;
        var acknowledged = Volatile.Read(ref memory.AcknowledgedAt(subject, version + 1));
        if (acknowledged == 0 || acknowledged > begun.At)
            return;
        RaceMemory.Raise(ref memory.LongestLag, begun.At - acknowledged);
        if (Stopwatch.GetElapsedTime(acknowledged, begun.At) > lagLimit)
        {
            Violation(begun.Key, string.Create(CultureInfo.InvariantCulture,
                $"{how} read {value} {Stopwatch.GetElapsedTime(acknowledged, begun.At).TotalMilliseconds:N0} ms after another process' change to version {version + 1} of subject {subject} was acknowledged"), begun.Key, subject);
        }
    }

    internal void Violation(int key, string what, params int[] subjects)
    {
        Interlocked.Increment(ref memory.Violations);
        if (Interlocked.Increment(ref _shown) <= TracesShown)
            Console.WriteLine($"VIOLATION in {process}, key {key} ({Describe(key)}): {what}\n{trace.Last(subjects)}");
    }

    private static string Describe(int key) => key >= RaceKeys.Keys ? "sentinel" :
        $"{RaceKeys.Policy(key).Family}, told by {(RaceKeys.IsToldByTag(key) ? "tag" : "key")}{(RaceKeys.HasPart(key) ? ", with a part" : "")}, {RaceKeys.Policy(key).MemoryTtl} in memory{(RaceKeys.Policy(key).SingleLoadInCluster ? ", one load in the cluster" : "")}";

    /// <summary>What was acknowledged when a read began: of its key, and of every part that its value may turn out to have.</summary>
    internal readonly struct Beginning
    {
        private readonly RaceHistory _history;
        private readonly Floors _here;
        private readonly Floors _anywhere;

        internal Beginning(RaceHistory history, int key, bool isTruth)
        {
            (_history, Key, Applied) = (history, key, history.ReadApplied());
            // The time last: whatever counts as acknowledged was so at that time.
            for (var slot = 0; slot <= RaceKeys.Parts; slot++)
            {
                var subject = slot == 0 ? key : RaceKeys.Keys + slot - 1;
                _here[slot] = isTruth ? history.ReadTruth(subject) : Volatile.Read(ref history._acknowledged[subject]);
                _anywhere[slot] = history.ReadAcknowledged(subject);
            }

            At = Stopwatch.GetTimestamp();
        }

        internal int Key { get; }

        internal long At { get; }

        /// <summary>What the node vouched for.</summary>
        internal long Applied { get; }

        internal long Floor(int subject) => _here[Slot(subject)];

        internal long FloorAnywhere(int subject) => _anywhere[Slot(subject)];

        /// <summary>The read has returned.</summary>
        internal void Judge(RaceValue? value, string how) => _history.Judge(this, value, how);

        private static int Slot(int subject) => subject < RaceKeys.Keys ? 0 : subject - RaceKeys.Keys + 1;
    }

    private long ReadApplied() => applied?.Invoke() ?? 0;

    private long ReadTruth(int subject) => Volatile.Read(ref memory.Version(subject));

    private long ReadAcknowledged(int subject) => Volatile.Read(ref memory.Acknowledged(subject));

    [System.Runtime.CompilerServices.InlineArray(RaceKeys.Parts + 1)]
    private struct Floors
    {
        private long _first;
    }
}
