namespace Platform.Caching;

/// <summary>
/// A position of the source's log up to which no commit is missing in what the cache answers: all values that lack one of them
/// are unread, and whoever reads the source sees them.
/// </summary>
/// <param name="History">Names the history of the source that positions belong to; those of another say nothing of each other.</param>
/// <param name="Lsn">The position in PostgreSQL's write-ahead log.</param>
public sealed record AppliedPosition(string History, ulong Lsn)
{
    /// <summary>In PostgreSQL's notation, <c>1/6A3F2B8</c>.</summary>
    public string Text { get; } = string.Create(null, $"{Lsn >> 32:X}/{(uint)Lsn:X}");
}
