using System.Buffers;
using System.Text;

namespace Platform.Caching.Redis;

/// <summary>How types without a codec of their own are written: bytes and text as they are, the rest as JSON.</summary>
internal static class BuiltInCodecs
{
    private static readonly object[] AsTheyAre = [new ByteArray(), new Bytes(), new Text()];

    public static ICacheCodec<T> For<T>() => AsTheyAre.OfType<ICacheCodec<T>>().FirstOrDefault() ?? new JsonCodec<T>();

    private sealed class ByteArray : ICacheCodec<byte[]>
    {
        public int Version => 1;

        public void Write(byte[] value, IBufferWriter<byte> output) => output.Write(value);

        public byte[] Read(ReadOnlyMemory<byte> input) => input.ToArray();
    }

    private sealed class Bytes : ICacheCodec<ReadOnlyMemory<byte>>
    {
        public int Version => 1;

        public void Write(ReadOnlyMemory<byte> value, IBufferWriter<byte> output) => output.Write(value.Span);

        public ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> input) => input;
    }

    private sealed class Text : ICacheCodec<string>
    {
        // Half of a surrogate pair would come back as another character: better not to write it.
        private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

        public int Version => 1;

        public void Write(string value, IBufferWriter<byte> output) => Utf8.GetBytes(value, output);

        public string Read(ReadOnlyMemory<byte> input) => Utf8.GetString(input.Span);
    }
}
