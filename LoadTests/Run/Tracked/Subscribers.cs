using System.Collections.Concurrent;
using System.Diagnostics;
using Platform.LoadTests.Changes;
using Platform.LoadTests.Changes.Clients;
using Platform.LoadTests.Changes.History;
using Platform.LoadTests.Run.Journeys;

namespace Platform.LoadTests.Run.Tracked;

/// <summary>Clients of the realtime service who listen to the run's own books.</summary>
internal sealed class Subscribers : IAsyncDisposable
{
    private readonly Crowd _crowd;
    private readonly IReadOnlyDictionary<string, int> _listeners;
    private readonly ConcurrentDictionary<(string Topic, string Content), Delivery> _deliveries = new();
    private readonly ConcurrentDictionary<(string Topic, string Content), long> _committed = new();

    internal Subscribers(IReadOnlyList<Uri> nodes, IReadOnlyList<Guid> books, int count)
    {
        _crowd = new Crowd(() => nodes, books, count, topics: 1, Told);
        _listeners = _crowd.Listeners;
    }

    private sealed class Delivery
    {
        private int _told;

        internal TaskCompletionSource All { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void Told(int listeners)
        {
            if (Interlocked.Increment(ref _told) == listeners)
                All.TrySetResult();
        }
    }

    internal Task StartAsync(CancellationToken cancellationToken) => _crowd.StartAsync(cancellationToken);

    /// <summary>Notes that a version is committed, and waits until all who listen to the book have been told of it.</summary>
    internal Task DeliveredAsync(Guid book, string content)
    {
        var change = (BookWriter.Topic(book), content);
        _committed[change] = Stopwatch.GetTimestamp();
        return _listeners.ContainsKey(change.Item1) ? DeliveryOf(change).All.Task : Task.CompletedTask;
    }

    /// <summary>Waits until all is told, and judges it; how long each took counts for the journey.</summary>
    internal async Task<HistoryVerdict> JudgeAsync(IReadOnlyDictionary<string, IReadOnlyList<TrueEvent>> truth, CancellationToken cancellationToken)
    {
        await _crowd.DrainAsync(truth, cancellationToken);
        return _crowd.Check(truth);
    }

    /// <summary>Counts for the journey what was told, and how long it took.</summary>
    internal void Count(Tally tally, RunClock clock, long missed)
    {
        foreach (var (at, after) in _crowd.Delays((topic, content) => _committed.TryGetValue((topic, content), out var committed) ? committed : null))
            tally.Add(new("realtime", clock.At(at) - after, after, IsGood: true));
        // When it ought to have come nobody knows.
        for (; missed > 0; missed--)
            tally.Add(new("realtime", clock.Now, TimeSpan.Zero, IsGood: false));
    }

    public ValueTask DisposeAsync() => _crowd.DisposeAsync();

    private void Told(string topic, string content) => DeliveryOf((topic, content)).Told(_listeners[topic]);

    private Delivery DeliveryOf((string, string) change) => _deliveries.GetOrAdd(change, static _ => new Delivery());
}
