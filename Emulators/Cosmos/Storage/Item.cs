namespace Platform.Emulators.Cosmos.Storage;

/// <summary>A version of an item; what it says does not change.</summary>
/// <param name="lsn">The number of the change that made it; also its ETag.</param>
/// <param name="number">The number of the change that made the item's first version, which names it in resource ids.</param>
/// <param name="modifiedAt">When, in seconds since 1970 (<c>_ts</c>).</param>
/// <param name="partition">Its partition key.</param>
/// <param name="id">Its id.</param>
/// <param name="json">What it says, system properties included.</param>
/// <param name="expiresAt">When it ends, in seconds since 1970; <see cref="long.MaxValue"/> for never.</param>
/// <param name="vectors">Its vectors, by the number of their path in the container's policy.</param>
internal sealed class Item(long lsn, long number, long modifiedAt, PartitionKey partition, string id, byte[] json, long expiresAt, float[]?[]? vectors)
{
    private long _endLsn = long.MaxValue;

    internal long Lsn => lsn;

    internal long Number => number;

    internal long ModifiedAt => modifiedAt;

    internal PartitionKey Partition => partition;

    internal string Id => id;

    internal byte[] Json => json;

    internal long ExpiresAt => expiresAt;

    internal float[]?[]? Vectors => vectors;

    internal string ETag => ETagOf(lsn);

    /// <summary>The change that replaced or removed it; who reads the state before that still sees it.</summary>
    internal long EndLsn
    {
        get => Volatile.Read(ref _endLsn);
        set => Volatile.Write(ref _endLsn, value);
    }

    internal static string ETagOf(long lsn) => $"\"{lsn:x16}\"";

    /// <summary>Whether it is in the state after change <paramref name="asOf"/>, at a time in seconds since 1970.</summary>
    internal bool IsVisible(long asOf, long now) => lsn <= asOf && EndLsn > asOf && expiresAt > now;
}
