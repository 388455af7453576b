using System.Diagnostics;
using Platform.LoadTests.Changes.History;

namespace Platform.LoadTests.Changes.Clients;

/// <summary>Clients of which each listens to a few books, spread evenly over books and nodes.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly ChangesClient[] _clients;

    /// <param name="nodes">Where they may connect, as it is at the time.</param>
    /// <param name="books">What is changed.</param>
    /// <param name="clients">How many.</param>
    /// <param name="topics">To how many books each listens.</param>
    /// <param name="told">Is told the topic and what was written whenever a client is told of a change.</param>
    internal Crowd(Func<IReadOnlyList<Uri>> nodes, IReadOnlyList<Guid> books, int clients, int topics, Action<string, string>? told = null) => _clients =
        [.. Enumerable.Range(0, clients).Select(n => new ChangesClient($"client {n}", nodes, n, [.. Enumerable.Range((int)((long)n * books.Count / clients), topics).Select(book => BookWriter.Topic(books[book % books.Count]))], told))];

    /// <summary>How many listen to each topic.</summary>
    internal IReadOnlyDictionary<string, int> Listeners => _clients.SelectMany(client => client.Logs.Keys).CountBy(topic => topic).ToDictionary();

    /// <summary>How often clients had to connect again.</summary>
    internal int Reconnections => _clients.Sum(client => Math.Max(0, client.Connections - 1));

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(_clients, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (client, _) => await client.StartAsync().WaitAsync(TimeSpan.FromMinutes(1), cancellationToken));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"A client could not subscribe: {_clients.Select(client => client.Failure).FirstOrDefault(failure => failure is not null)}");
        }
    }

    /// <summary>Waits until each has been told all of it, or 30 seconds; and then a moment for what ought not to come.</summary>
    internal async Task DrainAsync(IReadOnlyDictionary<string, IReadOnlyList<TrueEvent>> truth, CancellationToken cancellationToken)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30) && !_clients.All(HasAll);)
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);

        bool HasAll(ChangesClient client) => client.Logs.Keys.All(topic => !truth.TryGetValue(topic, out var events) || client.HasHeard(topic, events[^1].Id));
    }

    /// <summary>Judges what they were told.</summary>
    internal HistoryVerdict Check(IReadOnlyDictionary<string, IReadOnlyList<TrueEvent>> truth)
    {
        var checker = new HistoryChecker(truth);
        foreach (var client in _clients)
        {
            foreach (var (topic, log) in client.Logs)
                checker.Check(client.Name, topic, log.Start!.Value, [.. log.Heard.Select(heard => heard.Heard)]);
        }

        return checker.Verdict;
    }

    /// <summary>When each change came, and how long after its commit; only those whose commit was acknowledged.</summary>
    /// <param name="committedAt">When the commit was acknowledged that wrote this to this topic, as a <see cref="Stopwatch"/> timestamp; null when nobody knows.</param>
    internal IEnumerable<(long At, TimeSpan After)> Delays(Func<string, string, long?> committedAt) =>
        from client in _clients
        from log in client.Logs
        from heard in log.Value.Heard
        where heard.Heard is HeardChange
        let committed = committedAt(log.Key, ((HeardChange)heard.Heard).Content)
        where committed is not null
        select (heard.At, TimeSpan.FromTicks(Math.Max(0, Stopwatch.GetElapsedTime(committed.Value, heard.At).Ticks)));

    public async ValueTask DisposeAsync() => await Task.WhenAll(_clients.Select(client => client.DisposeAsync().AsTask()));
}
