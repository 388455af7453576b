using System.Buffers;
using System.Runtime.CompilerServices;

namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>Memory for values that all die together, at the next <see cref="Reset"/>; for one thread at a time.</summary>
/// <remarks>
/// Every allocation is one piece of one array: what does not fit into the block in use gets a block of its own size.
/// Only one block of the ordinary size outlives a reset, so one huge use does not stay in memory.
/// </remarks>
public sealed class Arena<T> : IDisposable
{
    private readonly int _blockLength;
    private readonly List<(T[] Array, int Used)> _full = [];
    private T[] _block;
    private int _used;

    /// <summary>Makes an arena, with its first block.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="allocator">Null: memory is rented from the shared array pool.</param>
    public Arena(ArenaOptions? options = null, Allocator<T>? allocator = null)
    {
        _blockLength = Math.Max(1, (options ?? new ArenaOptions()).BlockSizeBytes / Unsafe.SizeOf<T>());
        _block = Rent(_blockLength);
    }

    /// <summary>Gives <paramref name="length"/> default values, valid until the next <see cref="Reset"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public Sequence<T> Allocate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length > _block.Length - _used)
        {
            _full.Add((_block, _used));
            _block = Rent(Math.Max(_blockLength, length));
            _used = 0;
        }

        var sequence = new Sequence<T>(_block, _used, length);
        _used += length;
        return sequence;
    }

    /// <summary>Takes everything back.</summary>
    public void Reset()
    {
        Array.Clear(_block, 0, _used);
        _used = 0;
        if (_full.Count == 0)
            return;

        // The first block is of the ordinary size; the one in use may be huge.
        Return(_block, 0);
        for (var i = 1; i < _full.Count; i++)
            Return(_full[i].Array, _full[i].Used);
        (_block, var used) = _full[0];
        Array.Clear(_block, 0, used);
        _full.Clear();
    }

    /// <summary>Takes everything back and gives all memory back to the pool. Safe to repeat.</summary>
    public void Dispose()
    {
        Reset();
        Return(_block, 0);
        _block = [];
    }

    private static T[] Rent(int length)
    {
        var array = ArrayPool<T>.Shared.Rent(length);
        Array.Clear(array);
        return array;
    }

    private static void Return(T[] array, int used)
    {
        Array.Clear(array, 0, used);
        if (array.Length > 0)
            ArrayPool<T>.Shared.Return(array);
    }
}
