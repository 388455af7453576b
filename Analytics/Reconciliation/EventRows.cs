using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Events;

namespace Platform.Analytics.Reconciliation;

/// <summary>What the event store says of the rows of a range.</summary>
internal static class EventRows
{
    /// <summary>A row as its events say it is.</summary>
    /// <param name="Text">The row as one text; null when it was removed.</param>
    /// <param name="Values">By column.</param>
    /// <param name="Last">The last event that tells of it.</param>
    internal sealed record EventRow(string? Text, IReadOnlyDictionary<string, JsonElement> Values, StoredEvent Last);

    /// <summary>An event as it is stored.</summary>
    internal sealed record StoredEvent(string Id, string Stream, string Type, DateTimeOffset At, string Position, JsonElement Data, int Revision, [property: JsonPropertyName("_etag")] string ETag);

    /// <param name="events">The container.</param>
    /// <param name="range">Of which entities.</param>
    /// <param name="tables">Of which tables.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<Dictionary<RowKey, EventRow>> ReadAsync(Container events, KeyRange range, IReadOnlyCollection<SourceTable> tables, CancellationToken cancellationToken)
    {
        var byName = tables.ToDictionary(table => table.Name, StringComparer.Ordinal);
        Dictionary<RowKey, List<StoredEvent>> found = [];
        var query = new QueryDefinition("SELECT * FROM c WHERE c.stream > @after AND c.stream <= @last").WithParameter("@after", range.AfterStream).WithParameter("@last", range.LastStream);
        using var pages = events.GetItemQueryIterator<StoredEvent>(query);
        while (pages.HasMoreResults)
        {
            foreach (var one in await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false))
            {
                if (EventMap.TableOf(one.Type) is not { } name || !byName.TryGetValue(name, out var table))
                    continue;
                var key = new RowKey(name, one.Stream, table.Mapping.Key is { } column ? one.Data.TryGetProperty(column, out var value) ? value.ToString() : "?" : "");
                (found.TryGetValue(key, out var told) ? told : found[key] = []).Add(one);
            }
        }

        return found.ToDictionary(row => row.Key, row => Fold(byName[row.Key.Table], row.Value));
    }

    // An event need not tell of all columns: of long values that an update did not touch it does not.
    private static EventRow Fold(SourceTable table, List<StoredEvent> events)
    {
        events.Sort((left, right) => string.CompareOrdinal(left.Position, right.Position));
        Dictionary<string, JsonElement> values = new(StringComparer.Ordinal);
        var last = events[^1];
        foreach (var one in events)
        {
            if (IsRemoval(one))
                values.Clear();
            if (one.Data.ValueKind != JsonValueKind.Object)
                continue;
            foreach (var value in one.Data.EnumerateObject())
                values[value.Name] = value.Value;
        }

        values[table.Mapping.StreamColumn] = JsonSerializer.SerializeToElement(last.Stream[(last.Stream.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        return new EventRow(IsRemoval(last) ? null : RowText.Of(table.Columns, values), values, last);
    }

    private static bool IsRemoval(StoredEvent one) => one.Type.EndsWith("removed", StringComparison.Ordinal);
}
