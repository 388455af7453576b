using System.Text.Json.Serialization;

namespace Platform.AlertInbox;

/// <summary>What Alertmanager posts to a webhook, version 4: the alerts of one group.</summary>
/// <param name="Receiver">The receiver of the routing tree: <c>page</c>, <c>ticket</c> or <c>heartbeat</c>.</param>
/// <param name="Alerts">Those that fire, and those that did and are over.</param>
internal sealed record Notification(string Receiver, IReadOnlyList<Alert> Alerts);

/// <summary>One alert of a notification.</summary>
/// <param name="Status"><c>firing</c> or <c>resolved</c>.</param>
/// <param name="Labels">What it is, and of what: <c>alertname</c>, <c>severity</c>, <c>owner</c> and those of its expression.</param>
/// <param name="Annotations"><c>summary</c>, <c>description</c>, <c>runbook_url</c>.</param>
/// <param name="StartsAt">Since when.</param>
/// <param name="EndsAt">When it was over; the year 1 while it fires.</param>
/// <param name="GeneratorUrl">Its expression in Prometheus.</param>
/// <param name="Fingerprint">The same for the same labels.</param>
internal sealed record Alert(
    string Status,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt,
    string GeneratorUrl,
    string Fingerprint)
{
    /// <summary>Which rule it is of.</summary>
    [JsonIgnore]
    public string Name => Labels.GetValueOrDefault("alertname", "?");

    /// <summary>What is the matter, in one sentence.</summary>
    [JsonIgnore]
    public string Summary => Annotations.GetValueOrDefault("summary", "");
}
