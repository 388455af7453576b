namespace Platform.Emulators.Cosmos.Storage;

/// <summary>What a container held at a moment.</summary>
/// <param name="Versions">In the order of their changes, among them some that had ended.</param>
/// <param name="Lsn">The number of the last change.</param>
/// <param name="Now">When, in seconds since 1970.</param>
internal sealed record ContainerState(ReadOnlyMemory<Item> Versions, long Lsn, long Now)
{
    /// <summary>The items, in the order of their last changes.</summary>
    /// <param name="afterLsn">The first has changed after it.</param>
    internal IEnumerable<Item> Items(long afterLsn = 0)
    {
        for (var at = ItemList.After(Versions.Span, afterLsn); at < Versions.Length; at++)
        {
            var item = Versions.Span[at];
            if (item.IsVisible(Lsn, Now))
                yield return item;
        }
    }
}
