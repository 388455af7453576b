using System.Globalization;
using System.Text.Json;

namespace Platform.Analytics.Projections.Feed;

/// <summary>An event as the change feed tells it. What it does not say, or not as it should, is null: it then tells less.</summary>
internal sealed class FeedRow
{
    private readonly JsonElement _data;

    internal FeedRow(JsonElement row)
    {
        Type = TextOf(row, "type") ?? "";
        Position = TextOf(row, "position") ?? "";
        var stream = TextOf(row, "stream") ?? "";
        Entity = Guid.TryParse(stream.AsSpan(stream.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture, out var entity) ? entity : null;
        CommittedAt = TimeOf(row, "at") ?? DateTimeOffset.UnixEpoch;
        Lsn = NumberOf(row, "_lsn");
        StoredAt = NumberOf(row, "_ts");
        IsRepaired = NumberOf(row, "revision") > 0;
        IsForgotten = row.TryGetProperty("forgotten", out var forgotten) && forgotten.ValueKind == JsonValueKind.True;
        _data = row.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object ? data : default;
        At = Time("at") ?? CommittedAt;
    }

    /// <summary>What happened.</summary>
    internal string Type { get; }

    /// <summary>Its place among all events.</summary>
    internal string Position { get; }

    /// <summary>What it happened to: the number in the name of the stream.</summary>
    internal Guid? Entity { get; }

    /// <summary>When it was committed.</summary>
    internal DateTimeOffset CommittedAt { get; }

    /// <summary>When it happened; before it was committed, where somebody told of it later.</summary>
    internal DateTimeOffset At { get; }

    /// <summary>Its place in the feed of its range.</summary>
    internal long Lsn { get; }

    /// <summary>When it was stored as it is, in seconds since 1970 by Cosmos DB's clock.</summary>
    internal long StoredAt { get; }

    /// <summary>Whether it was put right after it was stored: it is then at another place of the feed than it was.</summary>
    internal bool IsRepaired { get; }

    /// <summary>Whether it happened to an entity of a kind, or to a part of one.</summary>
    internal bool IsOf(string kind) => Type.Length > kind.Length && Type.StartsWith(kind, StringComparison.Ordinal) && Type[kind.Length] == '.';

    /// <summary>Whether all that was changed of it is that it does not say any more whose it is.</summary>
    internal bool IsForgotten { get; }

    internal string? Text(string name) => TextOf(_data, name);

    internal Guid? Id(string name) => Guid.TryParse(Text(name), CultureInfo.InvariantCulture, out var id) ? id : null;

    internal int? Number(string name) => Property(_data, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    internal decimal? Amount(string name) => Property(_data, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDecimal(out var amount) ? amount : null;

    internal DateTimeOffset? Time(string name) => TimeOf(_data, name);

    private static JsonElement? Property(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value : null;

    private static string? TextOf(JsonElement of, string name) => Property(of, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static long NumberOf(JsonElement of, string name) => Property(of, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : 0;

    private static DateTimeOffset? TimeOf(JsonElement of, string name) =>
        DateTimeOffset.TryParse(TextOf(of, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;
}
