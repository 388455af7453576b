using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections.Documents;

/// <summary>How much happens with a book, among those of a category or all.</summary>
internal sealed class TrendingDocument : AggregateDocument
{
    /// <summary><see cref="TrendingScore"/> of <see cref="TrendingWindow.Hour"/>.</summary>
    [JsonPropertyName("hour")]
    public double? Hour { get; set; }

    /// <summary><see cref="TrendingScore"/> of <see cref="TrendingWindow.Day"/>.</summary>
    [JsonPropertyName("day")]
    public double? Day { get; set; }

    /// <summary><see cref="TrendingScore"/> of <see cref="TrendingWindow.Week"/>.</summary>
    [JsonPropertyName("week")]
    public double? Week { get; set; }

    /// <summary>When anything happened last, in seconds since 1970.</summary>
    [JsonPropertyName("lastAt")]
    public long LastAt { get; set; }

    /// <summary>Something has happened.</summary>
    internal void Add(DateTimeOffset at, double weight)
    {
        Hour = TrendingScore.Add(Hour, at, TrendingWindow.Hour, weight);
        Day = TrendingScore.Add(Day, at, TrendingWindow.Day, weight);
        Week = TrendingScore.Add(Week, at, TrendingWindow.Week, weight);
        LastAt = Math.Max(LastAt, at.ToUnixTimeSeconds());
    }

    internal override bool IsKept(DateTimeOffset now) => KeepUntil(DateTimeOffset.FromUnixTimeSeconds(LastAt) + TrendingScore.LengthOf(TrendingWindow.Week), now);
}
