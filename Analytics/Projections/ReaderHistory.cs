namespace Platform.Analytics.Projections;

/// <summary>What is known of a reader.</summary>
/// <param name="User">The account's number.</param>
/// <param name="Books">By book, all that anything is known of.</param>
/// <param name="AsOf">The position of the last event that is in it.</param>
internal sealed record ReaderHistory(Guid User, IReadOnlyDictionary<Guid, HistoryEntry> Books, string AsOf);
