using System.Buffers;

namespace Platform.Caching.Redis;

/// <summary>Where a codec writes: leaves room for the header, and ends the writing of what becomes too large while it does.</summary>
internal sealed class EntryBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FirstSize = 1024;
    private readonly int _headerSize;
    private readonly int _maxBytes;
    private byte[] _bytes;
    private int _written;

    public EntryBuffer(int headerSize, int maxBytes)
    {
        _headerSize = headerSize;
        _maxBytes = maxBytes;
        _bytes = ArrayPool<byte>.Shared.Rent(headerSize + FirstSize);
        _written = headerSize;
    }

    /// <summary>What the codec wrote; gone with the next write.</summary>
    public ReadOnlyMemory<byte> Value => _bytes.AsMemory(_headerSize, _written - _headerSize);

    /// <inheritdoc />
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        // Before anything changes: a JSON writer tries again when it is disposed of.
        if (count > _maxBytes - _written)
        {
            throw new EntryTooLargeException(_maxBytes);
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _written);
        _written += count;
    }

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsMemory(_written);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>The whole entry in an array of its size, with the header still to be written.</summary>
    public byte[] ToArray() => _bytes.AsSpan(0, _written).ToArray();

    /// <inheritdoc />
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    // A hint is no promise to write so much, but the serializers here ask for three times the text at most.
    private void MakeRoom(int sizeHint)
    {
        var needed = (long)_written + Math.Max(sizeHint, 1);
        if (needed <= _bytes.Length)
        {
            return;
        }

        if (needed > (4L * _maxBytes) + FirstSize)
        {
            throw new EntryTooLargeException(_maxBytes);
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(needed, Math.Min(2L * _bytes.Length, int.MaxValue)));
        _bytes.AsSpan(0, _written).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}

/// <summary>A value is larger than the cache takes.</summary>
internal sealed class EntryTooLargeException(int maxBytes) : Exception($"The value is larger than {maxBytes} bytes, the most that is cached.");
