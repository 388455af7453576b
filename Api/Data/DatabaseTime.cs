namespace Platform.Api.Data;

/// <summary>Times as the database keeps them.</summary>
internal static class DatabaseTime
{
    /// <summary>Now, to the microsecond: what is answered of a row that was just written is then what is read of it later.</summary>
    internal static DateTimeOffset GetStorableNow(this TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
