namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>How an <see cref="Arena{T}"/> treats its memory.</summary>
[Flags]
#pragma warning disable CA1711 // The public package's name.
public enum ArenaFlags
#pragma warning restore CA1711
{
    /// <summary>Elements that may hold references are cleared at each reset; the rest when the arena is disposed.</summary>
    None = 0,

    /// <summary>Kept for the signature: elements are always cleared at each reset.</summary>
    ClearAtReset = 1,

    /// <summary>Kept for the signature: elements are always cleared before their memory goes back to the pool.</summary>
    ClearAtDispose = 2,
}

/// <summary>Settings of an <see cref="Arena{T}"/>.</summary>
public sealed class ArenaOptions
{
    /// <summary>Makes settings.</summary>
    /// <param name="flags">How memory is treated.</param>
    /// <param name="blockSizeBytes">The size of a block in bytes; 0 for 128 KiB.</param>
    /// <param name="retentionPolicy">Kept for the signature: an arena keeps one block from one reset to the next.</param>
    public ArenaOptions(ArenaFlags flags = ArenaFlags.None, int blockSizeBytes = 0, Func<long, long, long>? retentionPolicy = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(blockSizeBytes);
        Flags = flags;
        BlockSizeBytes = blockSizeBytes == 0 ? 128 * 1024 : blockSizeBytes;
        RetentionPolicy = retentionPolicy;
    }

    /// <summary>How memory is treated.</summary>
    public ArenaFlags Flags { get; }

    /// <summary>The size of a block in bytes.</summary>
    public int BlockSizeBytes { get; }

    /// <summary>What the constructor was given.</summary>
    public Func<long, long, long>? RetentionPolicy { get; }
}
