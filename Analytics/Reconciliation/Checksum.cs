namespace Platform.Analytics.Reconciliation;

/// <summary>Rows of a range, added up so that their order does not matter.</summary>
/// <param name="Rows">How many there are.</param>
/// <param name="Hash">The exclusive or of their hashes.</param>
internal readonly record struct Checksum(long Rows, long Hash)
{
    /// <param name="texts">The rows.</param>
    internal static Checksum Of(IEnumerable<string> texts)
    {
        var (rows, hash) = (0L, 0L);
        foreach (var text in texts)
            (rows, hash) = (rows + 1, hash ^ RowText.Hash(text));
        return new Checksum(rows, hash);
    }
}
