namespace Platform.Caching.Memory;

/// <summary>
/// One value in this process' memory. Immutable, so that readers need no lock, but for what eviction and refresh note on it.
/// </summary>
/// <remarks>Times are timestamps of the process' <see cref="TimeProvider"/>, never wall-clock times.</remarks>
internal sealed class MemoryEntry
{
    private int _refreshStarted;

    public required string Key { get; init; }

    public required object? Value { get; init; }

    public required MemoryFamily Family { get; init; }

    /// <summary>The local fence up to which invalidations are contained in the value.</summary>
    public long Fence { get; init; }

    /// <summary>The slots of the value's tags; a later stamp than <see cref="Fence"/> in one of them makes the entry unread.</summary>
    public int[] TagSlots { get; init; } = [];

    public long CreatedAt { get; init; }

    public long RefreshAt { get; init; }

    public long ExpiresAt { get; init; }

    /// <summary>The end of the entry: until then it may be served when its load fails. Never before <see cref="ExpiresAt"/>.</summary>
    public long StaleUntil { get; init; }

    /// <summary>What the entry takes of the memory, with all that goes with it; measured when it is stored.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Read since the eviction hand last passed. Readers race to set it and may lose: it is a hint.</summary>
    internal bool Visited { get; set; }

    internal MemoryEntry? Newer { get; set; }

    internal MemoryEntry? Older { get; set; }

    /// <summary>Whether its time was up when it was kept, because its load had failed.</summary>
    public bool IsStale { get; init; }

    /// <summary>True for one caller: the one that is to refresh the entry.</summary>
    public bool TryStartRefresh() => Volatile.Read(ref _refreshStarted) == 0 && Interlocked.Exchange(ref _refreshStarted, 1) == 0;

    /// <summary>
    /// The same once more after its load failed: tried again at <paramref name="retryAt"/>, in the background. When its time
    /// was up <paramref name="now"/>, it is stale, and served to its very end.
    /// </summary>
    public MemoryEntry AfterFailure(long now, long retryAt) => new()
    {
        Key = Key,
        Value = Value,
        Family = Family,
        Fence = Fence,
        TagSlots = TagSlots,
        CreatedAt = CreatedAt,
        RefreshAt = retryAt,
        ExpiresAt = now < ExpiresAt ? ExpiresAt : StaleUntil,
        StaleUntil = StaleUntil,
        IsStale = IsStale || now >= ExpiresAt,
    };
}
