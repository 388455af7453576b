using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Tests.Api.Identity;

public sealed class CompactJwsTests
{
    // RFC 7515, appendix A.3.
    private const string Example =
        "eyJhbGciOiJFUzI1NiJ9."
        + "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    private static readonly ECParameters ExampleKey = new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint
        {
            X = Base64Url.DecodeFromChars("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
            Y = Base64Url.DecodeFromChars("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
        },
        D = Base64Url.DecodeFromChars("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"),
    };

    [Fact]
    public void The_example_of_the_standard_is_taken_apart_and_verified()
    {
        using var key = ECDsa.Create(ExampleKey);

        Assert.True(CompactJws.TryParse(Example, out var jws));

        Assert.Equal("""{"alg":"ES256"}""", Encoding.UTF8.GetString(jws.Header.Span));
        Assert.Equal("{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}", Encoding.UTF8.GetString(jws.Payload.Span));
        Assert.True(jws.IsSignedBy(key));
    }

    [Fact]
    public void What_is_signed_here_begins_as_the_example_and_is_verified_by_its_key()
    {
        using var key = ECDsa.Create(ExampleKey);
        Assert.True(CompactJws.TryParse(Example, out var example));

        var signed = CompactJws.Sign(example.Header.Span, example.Payload.Span, key);

        Assert.StartsWith(Example[..(Example.LastIndexOf('.') + 1)], signed, StringComparison.Ordinal);
        Assert.True(CompactJws.TryParse(signed, out var jws));
        Assert.True(jws.IsSignedBy(key));
    }

    [Fact]
    public void No_other_key_and_no_changed_bit_is_verified()
    {
        using var key = ECDsa.Create(ExampleKey);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.True(CompactJws.TryParse(Example, out var example));
        Assert.False(example.IsSignedBy(other));

        for (var i = 0; i < Example.Length; i++)
        {
            for (var bit = 0; bit < 7; bit++)
            {
                var changed = Example[..i] + (char)(Example[i] ^ (1 << bit)) + Example[(i + 1)..];
                Assert.False(CompactJws.TryParse(changed, out var jws) && jws.IsSignedBy(key), changed);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("e30.e30")]
    [InlineData("e30.e30.")]
    [InlineData("e30.e30.e30")]
    [InlineData("e30.e30.e30.e30.e30")]
    public void What_has_not_three_parts_is_refused(string text) => Assert.False(CompactJws.TryParse(text, out _));

    [Theory]
    [InlineData("=", "padding")]
    [InlineData(" ", "white space after")]
    [InlineData("\n", "a line break")]
    [InlineData("%", "padding of addresses")]
    [InlineData("A", "half a byte more")]
    [InlineData("AA", "a byte more")]
    [InlineData(".", "a fourth part")]
    public void One_signature_has_one_spelling(string suffix, string what)
    {
        Assert.False(CompactJws.TryParse(Example + suffix, out _), what);
        using var key = ECDsa.Create(ExampleKey);
        Assert.False(CompactJws.TryParse(Example.Replace(".", suffix + ".", StringComparison.Ordinal), out var jws) && jws.IsSignedBy(key), what);
    }

    [Fact]
    public void Bits_beyond_the_last_byte_are_refused()
    {
        // 64 bytes end in a character with four bits too many.
        Assert.EndsWith("Q", Example, StringComparison.Ordinal);

        Assert.All("RSTUVWXYZabcdef", last => Assert.False(CompactJws.TryParse(Example[..^1] + last, out _)));
    }

    [Theory]
    [InlineData('+')]
    [InlineData('/')]
    [InlineData('é')]
    public void The_alphabet_is_that_of_base64url(char letter) =>
        Assert.False(CompactJws.TryParse(Example[..^4] + letter + Example[^3..], out _));

    [Fact]
    public void What_is_too_long_is_not_decoded() =>
        Assert.False(CompactJws.TryParse(new string('A', CompactJws.MaxLength) + Example, out _));
}
