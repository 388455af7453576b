using System.Buffers;

namespace Platform.Caching;

/// <summary>How values of a type are written to Redis; without one they are written as JSON.</summary>
public interface ICacheCodec<T>
{
    /// <summary>Changes when the format does, so that values of another version are misses.</summary>
    int Version { get; }

    /// <summary>Writes a value that is not null.</summary>
    void Write(T value, IBufferWriter<byte> output);

    /// <summary>Reads what <see cref="Write"/> wrote. The bytes are the caller's to keep: nobody changes them.</summary>
    /// <exception cref="FormatException">They are not what <see cref="Write"/> writes; the value counts as missing.</exception>
    T Read(ReadOnlyMemory<byte> input);
}
