using System.Diagnostics;
using System.Globalization;
using Platform.Caching;

namespace Platform.LoadTests.Race;

/// <summary>
/// What reads the log of the source where there is one: hears which commits were told, tells those that were not for a while, and
/// announces the position up to which all are.
/// </summary>
internal sealed class RacePositions
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);
    private readonly CacheManager _cache;
    private readonly RaceMemory _memory;
    private readonly ToldInvalidations _told;

    internal RacePositions(CacheManager cache, RaceMemory memory)
    {
        (_cache, _memory) = (cache, memory);
        _told = new ToldInvalidations(cache, () => { });
    }

    /// <summary>Which commits readers see now: all that have a position.</summary>
    internal static SeenCommits Seen(RaceMemory memory)
    {
        var next = Volatile.Read(ref memory.Position) + 1;
        return SeenCommits.TryParse(string.Create(CultureInfo.InvariantCulture, $"{next}:{next}:"), out var seen) ? seen : throw new UnreachableException();
    }

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var (told, waits) = (0L, Stopwatch.GetTimestamp());
        while (!cancellationToken.IsCancellationRequested)
        {
            var before = told;
            while (IsTold(told + 1))
                told++;
            if (told != before)
            {
                waits = Stopwatch.GetTimestamp();
                await _cache.AnnounceAsync(new AppliedPosition("race", (ulong)told));
            }
            else if (told < Volatile.Read(ref _memory.Position) && Stopwatch.GetElapsedTime(waits) > Grace && _cache.IsAttached)
            {
                // Its writer could not tell, or said it again later, without its commits.
                var subject = _memory.SubjectOf(told + 1);
                var isTag = RaceKeys.IsToldByTag(subject);
                await _cache.InvalidateAsync(isTag ? [] : [RaceKeys.Key(subject)], isTag ? [RaceKeys.Tag(subject)] : [], Seen(_memory));
                waits = Stopwatch.GetTimestamp();
            }

            await Task.Delay(2, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsTold(long position) => _memory.SubjectOf(position) is >= 0 and var subject
        && (RaceKeys.IsToldByTag(subject) ? _told.Include(RaceKeys.Tag(subject), (uint)position) : _told.Include(RaceKeys.Key(subject), (uint)position));
}
