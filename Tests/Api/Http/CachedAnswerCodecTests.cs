using System.Buffers;
using System.Text;
using Platform.Api.Http;

namespace Platform.Tests.Api.Http;

public sealed class CachedAnswerCodecTests
{
    private readonly CachedAnswerCodec _codec = new();

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("{\"title\":\"Les Misérables 📚\"}")]
    public void An_answer_comes_back_as_it_was(string body)
    {
        var output = new ArrayBufferWriter<byte>();
        _codec.Write(new CachedAnswer(Encoding.UTF8.GetBytes(body), "\"u39K2U23SdsBofsQq1d_-A\""), output);

        var answer = _codec.Read(output.WrittenMemory);

        Assert.Equal(body, Encoding.UTF8.GetString(answer.Body.Span));
        Assert.Equal("\"u39K2U23SdsBofsQq1d_-A\"", answer.ETag.ToString());
    }

    [Fact]
    public void The_body_is_not_copied()
    {
        byte[] stored = [2, (byte)'"', (byte)'"', (byte)'{', (byte)'}'];

        var answer = _codec.Read(stored);
        stored[3] = (byte)'[';

        Assert.Equal((byte)'[', answer.Body.Span[0]);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 1, (byte)'"' })]
    [InlineData(new byte[] { 9, (byte)'"', (byte)'"' })]
    [InlineData(new byte[] { 2, (byte)'"', (byte)'a' })]
    [InlineData(new byte[] { 4, (byte)'"', (byte)'\r', (byte)'\n', (byte)'"' })]
    [InlineData(new byte[] { 3, (byte)'"', 0xff, (byte)'"' })]
    public void What_is_no_answer_is_refused(byte[] stored) => Assert.Throws<FormatException>(() => _codec.Read(stored));
}
