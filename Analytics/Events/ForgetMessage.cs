using System.Text.Json;
using Platform.ChangeStream;

namespace Platform.Analytics.Events;

/// <summary>
/// Somebody has deleted their account: a logical message that precedes all else of its transaction. The event says of which account,
/// in a stream of its own, so that it is there when all streams that say whose they are are gone.
/// </summary>
internal static class ForgetMessage
{
    /// <summary>The type of the event.</summary>
    internal const string EventType = "user.forgotten";

    private const string Prefix = "platform.forget";
    private const string StreamPrefix = "forgotten:";

    /// <summary>Whether the message is one.</summary>
    internal static bool Is(ChangeMessage message) => message.Prefix == Prefix;

    /// <summary>The event.</summary>
    /// <returns>Null of a message that is not as the Api writes them.</returns>
    internal static AnalyticsEvent? Read(ChangeMessage message, DateTimeOffset at)
    {
        try
        {
            using var told = JsonDocument.Parse(message.Content);
            return told.RootElement.ValueKind == JsonValueKind.Object && told.RootElement.TryGetProperty("user", out var user) && user.ValueKind == JsonValueKind.String && user.TryGetGuid(out var id)
                ? new AnalyticsEvent(message.Id.ToString(), $"{StreamPrefix}{id}", EventType, at, AnalyticsEvent.PositionOf(message.Id), JsonSerializer.SerializeToElement(new { }))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Who is to be forgotten by an event; null when it says nothing of the kind.</summary>
    internal static Guid? UserOf(AnalyticsEvent one) => one.Type == EventType ? Guid.Parse(one.Stream.AsSpan(StreamPrefix.Length)) : null;
}
