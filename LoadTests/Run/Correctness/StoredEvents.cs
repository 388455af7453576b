using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using NpgsqlTypes;
using Platform.Analytics;
using Platform.Analytics.Events;
using Platform.Analytics.Ingest;
using Platform.ChangeStream;
using Platform.LoadTests.Changes.History;

namespace Platform.LoadTests.Run.Correctness;

/// <summary>What the event store has taken since a place in the order of commits, next to what the database says that happened.</summary>
internal sealed class StoredEvents(string connectionString, NpgsqlLogSequenceNumber since) : IDisposable
{
    private const string Database = "analytics";
    private const string Interaction = "platform.interaction";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly CosmosClient _client = new(connectionString, Options());

    /// <summary>Events that ought to be stored of what happened.</summary>
    internal static List<SourceEvent> Expected(IEnumerable<TrueChange> changes) =>
        [.. changes.Select(change => StreamOf(change) is { } stream ? new SourceEvent(change.Id, stream) : (SourceEvent?)null).OfType<SourceEvent>()];

    /// <summary>What is stored, in the order of the change feed; waits until as much is there as is expected, or nothing more has come for a minute.</summary>
    internal async Task<List<StoredEvent>> ReadAsync(IReadOnlyCollection<SourceEvent> expected, CancellationToken cancellationToken)
    {
        List<StoredEvent> stored = [];
        var missing = expected.Select(one => one.Id).ToHashSet();
        var feed = _client.GetContainer(Database, EventContainers.EventsName).GetChangeFeedIterator<JsonNode>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.LatestVersion);
        for (var came = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(came) < Patience;)
        {
            var page = await feed.ReadNextAsync(cancellationToken);
            if (page.StatusCode == HttpStatusCode.NotModified)
            {
                if (missing.Count == 0)
                    break;
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
                continue;
            }

            foreach (var one in page)
            {
                if (Position(one["id"]!.GetValue<string>()) is not { IsRead: false } id || id.CommitLsn < since)
                    continue;
                stored.Add(new StoredEvent(id, one["stream"]!.GetValue<string>()));
                if (missing.Remove(id))
                    came = Stopwatch.GetTimestamp();
            }
        }

        return stored;
    }

    public void Dispose() => _client.Dispose();

    private static string? StreamOf(TrueChange change)
    {
        if (change.What == Interaction)
        {
            var told = JsonNode.Parse(change.Values["content"]!)!;
            return told["user_id"]?.GetValue<string>() is { } user ? $"user:{user}" : $"book:{told["book_id"]!.GetValue<string>()}";
        }

        return change.Operation is not null && EventMap.MappedTables.Contains(change.What) && EventMap.MappingOf(change.What) is var mapping && change.Values.GetValueOrDefault(mapping.StreamColumn) is { } id
            ? mapping.StreamOf(id)
            : null;
    }

    // {commit}-{sequence}; of a snapshot {commit}-r{sequence}
    private static EventId Position(string id)
    {
        var parts = id.Split('-');
        var isRead = parts[1].StartsWith('r');
        return new EventId(new(ulong.Parse(parts[0], CultureInfo.InvariantCulture)), long.Parse(parts[1].AsSpan(isRead ? 1 : 0), CultureInfo.InvariantCulture), isRead);
    }

    private static CosmosClientOptions Options()
    {
        var options = new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway };
        CosmosClients.Configure(options);
        return options;
    }
}
