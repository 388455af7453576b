using System.IO.Hashing;
using System.Text;

namespace Platform.Tests.Polyfills.Sockets;

public sealed class Crc32Tests
{
    // The check value of the catalogue of CRCs (CRC-32/ISO-HDLC), and known values of texts shorter and longer than a step.
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xE8B7BE43u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void A_text_has_the_known_hash(string text, uint hash) => Assert.Equal(hash, Crc32.HashToUInt32(Encoding.ASCII.GetBytes(text)));
}
