using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Analytics.Events;

/// <summary>
/// All that is personal in the event store: who did something, by the number of the account alone, because recommendations are
/// made of it. No names, no addresses, no texts. Whoever asks to be forgotten is found by these.
/// </summary>
internal static class PersonalData
{
    private const string StreamPrefix = "user:";

    /// <summary>The member of an event's data that says who.</summary>
    internal const string Member = "user_id";

    /// <summary>The columns of the database that say who, as <c>schema.table.column</c>.</summary>
    internal static readonly IReadOnlySet<string> Columns = new HashSet<string>(StringComparer.Ordinal)
    {
        "store.orders.user_id",
        "store.reviews.user_id",
        "telemetry.interactions.user_id",
    };

    /// <summary>The stream of what somebody did that is nobody else's business.</summary>
    internal static string StreamOf(Guid user) => $"{StreamPrefix}{user}";

    /// <summary>Whose event it is, by its data or, where that was too much to be kept, by its stream; null when neither says.</summary>
    internal static Guid? UserOf(AnalyticsEvent one) =>
        one.Data.ValueKind == JsonValueKind.Object && one.Data.TryGetProperty(Member, out var user) && user.ValueKind == JsonValueKind.String && user.TryGetGuid(out var id) ? id
        : one.Stream.StartsWith(StreamPrefix, StringComparison.Ordinal) && Guid.TryParse(one.Stream.AsSpan(StreamPrefix.Length), CultureInfo.InvariantCulture, out var owner) ? owner
        : null;

    /// <summary>An event's data without the one whose it is.</summary>
    internal static JsonElement Without(JsonElement data)
    {
        var rest = JsonObject.Create(data)!;
        rest.Remove(Member);
        return JsonSerializer.SerializeToElement(rest);
    }
}
