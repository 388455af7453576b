using System.Collections.Concurrent;

namespace Platform.LoadTests.Run.Journeys;

/// <summary>
/// What became of each request of each journey. A request counts where it was sent: what waits for a server that is away counts when it
/// was away.
/// </summary>
public sealed class Tally
{
    private const double RoundingError = 1e-6;

    private readonly IReadOnlyDictionary<string, Objective> _objectives;
    private readonly ConcurrentQueue<Request> _requests = new();
    private readonly TaskCompletionSource<TimeSpan> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="objectives">What is promised, by journey.</param>
    public Tally(IReadOnlyDictionary<string, Objective> objectives) => _objectives = objectives;

    /// <summary>A request.</summary>
    /// <param name="Journey">Of which journey.</param>
    /// <param name="Began">When it was sent, since the run began.</param>
    /// <param name="Took">How long it took.</param>
    /// <param name="IsGood">Whether it was answered well.</param>
    public readonly record struct Request(string Journey, TimeSpan Began, TimeSpan Took, bool IsGood);

    /// <summary>What became of requests.</summary>
    /// <param name="All">How many there were.</param>
    /// <param name="Failed">How many were not answered, or not well.</param>
    /// <param name="Slow">How many of the others took longer than is promised.</param>
    public readonly record struct Counts(long All, long Failed, long Slow);

    /// <summary>Ends when counting begins: what was before it warmed up.</summary>
    public Task<TimeSpan> Opened => _opened.Task;

    /// <summary>The journeys of which anything is known, with what they promise.</summary>
    public IReadOnlyList<Objective> Journeys => [.. _requests.Select(request => request.Journey).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(journey => _objectives[journey])];

    /// <summary>Counts from now on.</summary>
    public void Open(TimeSpan now) => _opened.TrySetResult(now);

    /// <summary>Counts a request, unless it was sent before counting began.</summary>
    public void Add(Request request)
    {
        if (_opened.Task.IsCompletedSuccessfully && request.Began >= _opened.Task.Result)
            _requests.Enqueue(request);
    }

    /// <summary>The requests of a journey that were sent between two moments.</summary>
    public IEnumerable<Request> Of(string journey, TimeSpan from, TimeSpan to) => _requests.Where(request => request.Journey == journey && request.Began >= from && request.Began < to);

    /// <summary>What became of those.</summary>
    public Counts Count(string journey, TimeSpan from, TimeSpan to)
    {
        var (all, failed, slow) = (0L, 0L, 0L);
        foreach (var request in Of(journey, from, to))
        {
            all++;
            failed += request.IsGood ? 0 : 1;
            slow += IsSlow(request) ? 1 : 0;
        }

        return new(all, failed, slow);
    }

    /// <summary>What became of all of a journey.</summary>
    public Counts Count(string journey) => Count(journey, TimeSpan.Zero, TimeSpan.MaxValue);

    /// <summary>The end of the last of these seconds in which something failed, or more was slow than is promised; null when there was none.</summary>
    public TimeSpan? LastBad(string journey, TimeSpan from, TimeSpan to) => Of(journey, from, to)
        .GroupBy(request => (int)(request.Began - from).TotalSeconds)
        .Where(second => second.Any(request => !request.IsGood) || second.Count(IsSlow) > (second.Count() * (1 - _objectives[journey].Fast)) + RoundingError)
        .Select(second => (TimeSpan?)(from + TimeSpan.FromSeconds(second.Key + 1))).Max();

    private bool IsSlow(Request request) => request.IsGood && request.Took > _objectives[request.Journey].Threshold;
}
