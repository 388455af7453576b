using System.Buffers;
using System.Text;
using Platform.Caching;

namespace Platform.Api.Http;

/// <summary>An answer in Redis: one byte that says how long its ETag is, the ETag, and the body to the end.</summary>
internal sealed class CachedAnswerCodec : ICacheCodec<CachedAnswer>
{
    public int Version => 1;

    public void Write(CachedAnswer value, IBufferWriter<byte> output)
    {
        var etag = value.ETag.ToString();
        output.Write([checked((byte)etag.Length)]);
        Encoding.ASCII.GetBytes(etag, output);
        output.Write(value.Body.Span);
    }

    public CachedAnswer Read(ReadOnlyMemory<byte> input)
    {
        var span = input.Span;
        if (span.IsEmpty || span.Length - 1 < span[0] || !IsETag(span.Slice(1, span[0])))
        {
            throw new FormatException("This is no cached answer.");
        }

        return new CachedAnswer(input[(1 + span[0])..], Encoding.ASCII.GetString(span.Slice(1, span[0])));
    }

    // RFC 9110, 8.8.3; anything else, a line's end above all, must not get into a header.
    private static bool IsETag(ReadOnlySpan<byte> tag) =>
        tag is [(byte)'"', .. var value, (byte)'"'] && !value.ContainsAnyExceptInRange((byte)'!', (byte)'~') && !value.Contains((byte)'"');
}
