using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections.Documents;

/// <summary>What happened with a subject in a minute, an hour or a day (UTC).</summary>
internal sealed class WindowDocument : AggregateDocument
{
    /// <summary>A <see cref="WindowSize.Name"/>.</summary>
    [JsonPropertyName("size")]
    public string Size => Id[..2];

    [JsonPropertyName("start")]
    public DateTimeOffset Start => WindowSize.Parse(Id).Start;

    [JsonPropertyName("counts")]
    public Counts Counts { get; set; } = Counts.None;

    internal override bool IsKept(DateTimeOffset now)
    {
        var (size, start) = WindowSize.Parse(Id);
        return size.Kept is not { } kept || KeepUntil(start + size.Length + kept, now);
    }
}
