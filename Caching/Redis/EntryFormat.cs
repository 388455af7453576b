using System.Diagnostics.CodeAnalysis;

namespace Platform.Caching.Redis;

/// <summary>Values of <typeparamref name="T"/> as bytes in Redis: an <see cref="EntryHeader"/>, then what the type's codec writes.</summary>
/// <remarks>One instance serves all threads.</remarks>
internal sealed class EntryFormat<T>
{
    private readonly ICacheCodec<T> _codec;
    private readonly ulong _fingerprint;
    private readonly int _maxBytes;

    // Written twice at worst, by threads that find the same.
    private bool _comesBack;

    public EntryFormat(CacheOptions options)
    {
        _codec = options.Codecs.TryGetValue(typeof(T), out var own) ? (ICacheCodec<T>)own : BuiltInCodecs.For<T>();
        _fingerprint = TypeFingerprint.Of(_codec);
        _maxBytes = options.MaxValueBytes;
    }

    /// <summary>An entry. <see cref="EntryHeader.IsNull"/> is set by the value.</summary>
    /// <exception cref="EntryTooLargeException">It would be larger than <see cref="CacheOptions.MaxValueBytes"/>.</exception>
    /// <exception cref="NotSupportedException">The value cannot be written, or would not come back as it is.</exception>
    public byte[] Write(in EntryHeader header, T value)
    {
        var complete = header with { IsNull = value is null };
        using var output = new EntryBuffer(complete.Size, _maxBytes);
        if (value is not null)
        {
            WriteValue(value, output);
            if (!_comesBack)
            {
                RequireThatItComesBack(output.Value);
                _comesBack = true;
            }
        }

        var entry = output.ToArray();
        complete.Write(entry, _fingerprint);
        return entry;
    }

    /// <summary>Reads any bytes at all, without an exception. The value may keep a part of them.</summary>
    public EntryReadResult TryRead(byte[] bytes, out EntryHeader header, [MaybeNull] out T value)
    {
        value = default;
        var result = TryReadHeader(bytes, out header);
        return result == EntryReadResult.Ok ? TryReadValue(bytes, header, out value) : result;
    }

    /// <summary>Reads the header, which tells whether the value is worth reading, and checks that all is whole.</summary>
    public EntryReadResult TryReadHeader(ReadOnlySpan<byte> bytes, out EntryHeader header) => EntryHeader.TryRead(bytes, _fingerprint, out header);

    /// <summary>Reads the value behind a header that was read from the same bytes.</summary>
    public EntryReadResult TryReadValue(byte[] bytes, in EntryHeader header, [MaybeNull] out T value)
    {
        value = default;
        var content = bytes.AsMemory(header.Size);
        if (header.IsNull)
        {
            return default(T) is null && content.IsEmpty ? EntryReadResult.Ok : EntryReadResult.Corrupt;
        }

        try
        {
            value = _codec.Read(content);
            return value is null ? EntryReadResult.Corrupt : EntryReadResult.Ok;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a codec makes of bytes that it should know: the value is loaded anew.
            return EntryReadResult.Corrupt;
        }
    }

    /// <summary>Whether two values are written as the same bytes.</summary>
    /// <exception cref="EntryTooLargeException">One is too large to be written.</exception>
    /// <exception cref="NotSupportedException">One cannot be written.</exception>
    public bool AreSame(T one, T other)
    {
        if (one is null || other is null)
        {
            return one is null && other is null;
        }

        using var first = new EntryBuffer(0, _maxBytes);
        using var second = new EntryBuffer(0, _maxBytes);
        WriteValue(one, first);
        WriteValue(other, second);
        return first.Value.Span.SequenceEqual(second.Value.Span);
    }

    private void WriteValue(T value, EntryBuffer output)
    {
        try
        {
            _codec.Write(value, output);
        }
        catch (Exception e) when (e is not (EntryTooLargeException or NotSupportedException or OutOfMemoryException))
        {
            throw new NotSupportedException($"A value of {typeof(T)} cannot be written: {e.Message}", e);
        }
    }

    // A type may be written without a complaint and read back as something else: a property without a setter, an
    // interface, a class that the serializer cannot make. So the first value of each type is read back once.
    private void RequireThatItComesBack(ReadOnlyMemory<byte> written)
    {
        using var again = new EntryBuffer(0, _maxBytes);
        try
        {
            _codec.Write(_codec.Read(written), again);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new NotSupportedException($"A value of {typeof(T)} was written but cannot be read: {e.Message}", e);
        }

        if (!again.Value.Span.SequenceEqual(written.Span))
        {
            throw new NotSupportedException($"A value of {typeof(T)} was written but reads back as another: some of it has no constructor parameter and no setter.");
        }
    }
}
