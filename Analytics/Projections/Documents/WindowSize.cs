using System.Globalization;

namespace Platform.Analytics.Projections.Documents;

/// <summary>How long a window is, and how long it is kept: the longer ones are there for what is older.</summary>
/// <param name="Name">In the ids of documents.</param>
/// <param name="Length">From its start to its end.</param>
/// <param name="Kept">After its end; null for ever.</param>
internal sealed record WindowSize(string Name, TimeSpan Length, TimeSpan? Kept)
{
    private const string StartFormat = "yyyy-MM-ddTHH:mmZ";

    internal static readonly WindowSize Minute = new("1m", TimeSpan.FromMinutes(1), TimeSpan.FromDays(2));
    internal static readonly WindowSize Hour = new("1h", TimeSpan.FromHours(1), TimeSpan.FromDays(60));
    internal static readonly WindowSize Day = new("1d", TimeSpan.FromDays(1), null);

    internal static readonly IReadOnlyList<WindowSize> All = [Minute, Hour, Day];

    /// <summary>The id of the window that a moment is in: <c>1h:2026-11-21T10:00Z</c>.</summary>
    internal string IdAt(DateTimeOffset at)
    {
        var start = new DateTime(at.UtcTicks - (at.UtcTicks % Length.Ticks), DateTimeKind.Utc);
        return $"{Name}:{start.ToString(StartFormat, CultureInfo.InvariantCulture)}";
    }

    /// <summary>The size in an id, and the window's start.</summary>
    internal static (WindowSize Size, DateTimeOffset Start) Parse(string id) =>
        (All.Single(size => size.Name == id[..2]), DateTimeOffset.ParseExact(id[3..], StartFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
}
