using System.Text.Json;
using Platform.ChangeStream;

namespace Platform.Analytics.Events;

/// <summary>
/// Interactions: rows of a hypertable, of which the log has no changes that could be published, so that each is told by a logical
/// message of its transaction. An event has the id of its message; the <c>id</c> in its data is the row's.
/// </summary>
internal static class InteractionMessage
{
    /// <summary>The table of which they are rows.</summary>
    internal const string Table = "telemetry.interactions";

    /// <summary>What enters the event store of them, as the table and the message call it. <c>at</c> is when it happened, which may be days before the commit.</summary>
    internal static readonly string[] Columns = ["id", "user_id", "book_id", "product_id", "shelf", "at"];

    private const string Prefix = "platform.interaction";

    /// <summary>Whether the message is one.</summary>
    internal static bool Is(ChangeMessage message) => message.Prefix == Prefix;

    /// <summary>The event, in the stream of whoever did it; of the book, where nobody knows who.</summary>
    /// <returns>Null of a message that is not as the Api writes them.</returns>
    internal static AnalyticsEvent? Read(ChangeMessage message, DateTimeOffset at)
    {
        Dictionary<string, JsonElement>? told;
        try
        {
            told = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(message.Content.Span);
        }
        catch (JsonException)
        {
            return null;
        }

        if (told is null || Text("kind") is not { } kind || Id("book_id") is not { } book || (Id("user_id") is null && told.ContainsKey("user_id")))
            return null;
        var data = Columns.Where(told.ContainsKey).ToDictionary(column => column, column => told[column]);
        return new AnalyticsEvent(message.Id.ToString(), Id("user_id") is { } user ? $"user:{user}" : $"book:{book}", $"interaction.{kind}",
            at, AnalyticsEvent.PositionOf(message.Id), JsonSerializer.SerializeToElement(data));

        Guid? Id(string name) => Guid.TryParseExact(Text(name), "D", out var id) ? id : null;

        string? Text(string name) => told.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
