using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.SignalR.Client;
using Platform.ChangeStream;
using Platform.LoadTests.Changes.History;

namespace Platform.LoadTests.Changes.Clients;

/// <summary>
/// A client as the contract wants it: it remembers the last id of each topic, and when its connection ends it goes to the
/// next node and subscribes after that id.
/// </summary>
internal sealed class ChangesClient(string name, Func<IReadOnlyList<Uri>> nodes, int firstNode, string[] topics, Action<string, string>? told = null) : IAsyncDisposable
{
    private static readonly TimeSpan RetriesAfter = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, TopicLog> _logs = topics.ToDictionary(topic => topic, _ => new TopicLog());
    private readonly CancellationTokenSource _leaving = new();
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _listening = Task.CompletedTask;

    private sealed record Book(string? Publisher);

    private sealed record Change(string Id, string Topic, Book Data, int Skipped);

    private sealed record Gap(string Topic, string From, string To, string Reason);

    private sealed record Subscribed(string Id);

    /// <summary>What it was told of a topic.</summary>
    internal sealed class TopicLog
    {
        /// <summary>Where it began; null until it has subscribed.</summary>
        internal EventId? Start { get; set; }

        /// <summary>The last id, as it came.</summary>
        internal string? LastId { get; set; }

        /// <summary>What it was told, and when.</summary>
        internal List<(Heard Heard, long At)> Heard { get; } = [];
    }

    internal string Name => name;

    internal IReadOnlyDictionary<string, TopicLog> Logs => _logs;

    /// <summary>How often it had to connect.</summary>
    internal int Connections { get; private set; }

    /// <summary>Why it could not connect or subscribe the last time; null when it never failed.</summary>
    internal string? Failure { get; private set; }

    /// <summary>Connects, and waits until it has subscribed to all topics.</summary>
    internal Task StartAsync()
    {
        _listening = Task.Run(ListenAsync);
        return _subscribed.Task;
    }

    /// <summary>Whether it has been told of everything up to the last of these events.</summary>
    internal bool HasHeard(string topic, EventId last)
    {
        var log = _logs[topic];
        lock (log)
        {
            return log.LastId is not null && Position(log.LastId) >= last;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _listening;
        _leaving.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "It tries again until it leaves, whatever the reason.")]
    private async Task ListenAsync()
    {
        for (var node = firstNode; !_leaving.IsCancellationRequested; node++)
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var address = nodes() is { Count: > 0 } known ? known[node % known.Count] : null;
            await using var connection = new HubConnectionBuilder().WithUrl(new Uri(address ?? new Uri("http://127.0.0.1:1"), "/hubs/changes")).Build();
            connection.ServerTimeout = TimeSpan.FromSeconds(15);
            connection.Closed += _ =>
            {
                ended.TrySetResult();
                return Task.CompletedTask;
            };
            connection.On<Change>("change", Take);
            connection.On<Gap>("gap", Take);
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
                patience.CancelAfter(TimeSpan.FromSeconds(5));
                await connection.StartAsync(patience.Token);
                Connections++;
                foreach (var (topic, log) in _logs)
                    await SubscribeAsync(connection, topic, log, patience.Token);
                _subscribed.TrySetResult();
                await ended.Task.WaitAsync(_leaving.Token);
            }
            catch (Exception e) when (!_leaving.IsCancellationRequested)
            {
                Failure = e.Message;
                await Task.Delay(RetriesAfter, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                // It leaves.
            }
        }
    }

    private static async Task SubscribeAsync(HubConnection connection, string topic, TopicLog log, CancellationToken cancellationToken)
    {
        var after = log.LastId;
        var subscribed = await connection.InvokeAsync<Subscribed>("Subscribe", topic, after, cancellationToken);
        lock (log)
        {
            if (after is null)
            {
                log.Start = Position(subscribed.Id);
                log.LastId ??= subscribed.Id;
            }
        }
    }

    private void Take(Change change)
    {
        var at = Stopwatch.GetTimestamp();
        var log = _logs[change.Topic];
        lock (log)
        {
            log.Heard.Add((new HeardChange(Position(change.Id), change.Data.Publisher ?? "", change.Skipped), at));
            log.LastId = change.Id;
        }

        told?.Invoke(change.Topic, change.Data.Publisher ?? "");
    }

    private void Take(Gap gap)
    {
        var at = Stopwatch.GetTimestamp();
        var log = _logs[gap.Topic];
        lock (log)
        {
            log.Heard.Add((new HeardGap(Position(gap.From), Position(gap.To)), at));
            log.LastId = gap.To;
        }
    }

    // {epoch}:{commit}-{sequence}
    private static EventId Position(string id)
    {
        var parts = id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('-');
        return new EventId(new(ulong.Parse(parts[0], CultureInfo.InvariantCulture)), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
