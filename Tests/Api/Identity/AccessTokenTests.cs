using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.Api.Identity.Tokens;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Tests.Api.Identity;

/// <summary>Forgeries of an access token, each of which a verifier somewhere has let through.</summary>
public sealed class AccessTokenTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);
    private static readonly Guid User = new("0199f000-0000-7000-8000-0000000000aa");
    private static readonly Guid Session = new("0199f000-0000-7000-8000-0000000000bb");
    private readonly ECDsa _pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _strangers = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly VerificationKey _key;

    public AccessTokenTests() => _key = new VerificationKey(_pair.ExportSubjectPublicKeyInfo(), _pair.ExportPkcs8PrivateKey(), Now, Now.AddDays(1));

    public void Dispose()
    {
        _pair.Dispose();
        _strangers.Dispose();
    }

    [Fact]
    public void What_was_issued_is_read_as_it_was_meant()
    {
        var token = new AccessToken(User, Session, ["admin", "member"], Now, Now + AccessToken.Lifetime);

        var (read, refusal) = Verify(token.Sign(_key), Now);

        Assert.Null(refusal);
        Assert.Equivalent(token, read, strict: true);
    }

    [Fact]
    public void The_token_that_the_forgeries_are_made_of_is_good() => AssertGood(Forge());

    [Theory]
    [InlineData("""{"alg":"none","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"None","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"es256","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"HS256","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"RS256","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"ES384","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":["ES256"],"typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"ES256","alg":"none","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"ES256","kid":"KID"}""")]
    [InlineData("""{"alg":"ES256","typ":"JWT","kid":"KID"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":null}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":7}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"other"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":""}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"../../dev/null"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"' OR 1=1 --"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","kid":"other"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","crit":["exp"]}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","jku":"https://example.org/keys"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","x5c":["AA=="]}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","x5u":"https://example.org/certificate"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","jwk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","b64":false}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","zip":"DEF"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"\ud800"}""")]
    [InlineData("""{"\u0061lg":"ES256","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""[{"alg":"ES256","typ":"at+jwt","kid":"KID"}]""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID"}{}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID",}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":[[[[[[[[[1]]]]]]]]]}""")]
    [InlineData("null")]
    [InlineData("\"ES256\"")]
    [InlineData("{")]
    public void A_header_that_is_not_ours_is_refused_even_rightly_signed(string header) =>
        AssertRefused(Sign(header.Replace("KID", _key.Id, StringComparison.Ordinal), Claims()));

    [Theory]
    [InlineData("iss", null)]
    [InlineData("iss", "\"somebody\"")]
    [InlineData("iss", "[\"platform\"]")]
    [InlineData("aud", null)]
    [InlineData("aud", "\"others\"")]
    [InlineData("aud", "[\"platform-api\",\"others\"]")]
    [InlineData("sub", null)]
    [InlineData("sub", "\"\"")]
    [InlineData("sub", "7")]
    [InlineData("sub", "\"0199f000000070008000000000000000aa\"")]
    [InlineData("sid", null)]
    [InlineData("sid", "\"x\"")]
    [InlineData("role", null)]
    [InlineData("role", "\"admin\"")]
    [InlineData("role", "[7]")]
    [InlineData("exp", null)]
    [InlineData("exp", "\"1900001800\"")]
    [InlineData("exp", "1900001800.5")]
    [InlineData("exp", "1e400")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "9223372036854775807")]
    [InlineData("exp", "1900000000")]
    [InlineData("exp", "1900001801")]
    [InlineData("iat", null)]
    [InlineData("iat", "true")]
    [InlineData("nbf", null)]
    [InlineData("nbf", "1900000001")]
    public void A_claim_that_is_missing_or_of_the_wrong_kind_is_refused(string claim, string? value)
    {
        var claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Claims())!;
        claims.Remove(claim);
        if (value is not null)
        {
            claims[claim] = JsonElement.Parse(value);
        }

        AssertRefused(Sign(Header(), JsonSerializer.Serialize(claims)));
    }

    [Theory]
    [InlineData("sub", "\"0199f000-0000-7000-8000-0000000000cc\"")]
    [InlineData("role", "[\"admin\"]")]
    [InlineData("exp", "1900001800")]
    public void A_claim_that_is_there_twice_is_refused(string claim, string value) =>
        AssertRefused(Sign(Header(), $"{Claims()[..^1]},\"{claim}\":{value}}}"));

    [Theory]
    [InlineData(-61, false)]
    [InlineData(-60, true)]
    [InlineData(0, true)]
    [InlineData(1859, true)]
    [InlineData(1860, false)]
    public void Its_time_counts_to_within_a_minute(int seconds, bool isGood) =>
        Assert.Equal(isGood, Verify(Forge(), Now.AddSeconds(seconds)).Token is not null);

    [Fact]
    public void Another_key_is_refused() => AssertRefused(CompactJws.Sign(Bytes(Header()), Bytes(Claims()), _strangers));

    [Fact]
    public void The_public_key_is_no_secret_to_sign_with()
    {
        var signed = $"{Base64Url.EncodeToString(Bytes($$"""{"alg":"HS256","typ":"at+jwt","kid":"{{_key.Id}}"}"""))}.{Base64Url.EncodeToString(Bytes(Claims()))}";
        var mac = HMACSHA256.HashData(_pair.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(signed));

        AssertRefused($"{signed}.{Base64Url.EncodeToString(mac)}");
        AssertRefused($"{signed}.{Base64Url.EncodeToString([.. mac, .. mac])}");
    }

    [Fact]
    public void A_changed_part_is_refused()
    {
        var (header, payload, signature) = Parts(Forge());
        var (otherHeader, otherPayload, otherSignature) = Parts(Sign(Header(), Claims().Replace("member", "admin", StringComparison.Ordinal)));

        Assert.Equal(header, otherHeader);
        AssertRefused($"{header}.{otherPayload}.{signature}");
        AssertRefused($"{header}.{payload}.{otherSignature}");
        AssertRefused($"{payload}.{header}.{signature}");
    }

    [Fact]
    public void A_signature_of_another_form_is_refused()
    {
        var (header, payload, signature) = Parts(Forge());
        var raw = Base64Url.DecodeFromChars(signature);
        var der = _pair.SignData(Encoding.ASCII.GetBytes($"{header}.{payload}"), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        byte[] order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

        foreach (var forged in new byte[][]
        {
            new byte[64], [.. order, .. order], [.. new byte[32], .. raw[32..]], [.. raw[..32], .. new byte[32]], [.. order, .. raw[32..]], [.. raw[..32], .. order],
            [.. Enumerable.Repeat((byte)255, 64)], der, der[..64], raw[..63], [.. raw, 0], [0, .. raw], [.. raw[32..], .. raw[..32]], [],
        })
        {
            AssertRefused($"{header}.{payload}.{Base64Url.EncodeToString(forged)}");
        }
    }

    [Fact]
    public void No_signature_is_refused_whatever_the_header_says()
    {
        var unsigned = Base64Url.EncodeToString(Bytes("""{"alg":"none"}"""));
        var (header, payload, _) = Parts(Forge());

        AssertRefused($"{header}.{payload}.");
        AssertRefused($"{header}.{payload}");
        AssertRefused($"{unsigned}.{payload}.");
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        byte[] header = [.. Bytes($$"""{"alg":"ES256","typ":"at+jwt","kid":"{{_key.Id}}"""), 0xC3, 0x28, (byte)'"', (byte)'}'];

        AssertRefused(CompactJws.Sign(header, Bytes(Claims()), _pair));
    }

    [Fact]
    public void A_private_key_is_read_with_its_secret_only()
    {
        var encryption = new KeyEncryption("a secret of twenty characters");
        var kept = encryption.Encrypt("private"u8, "id");

        Assert.True(encryption.TryDecrypt(kept, "id", out var key));
        Assert.Equal("private"u8.ToArray(), key);
        Assert.False(new KeyEncryption("another secret of twenty").TryDecrypt(kept, "id", out _));
        Assert.False(encryption.TryDecrypt(kept, "other", out _));
        Assert.False(encryption.TryDecrypt(kept.AsSpan(0, 20), "id", out _));
        for (var i = 0; i < kept.Length; i++)
        {
            byte[] changed = [.. kept];
            changed[i] ^= 1;
            Assert.False(encryption.TryDecrypt(changed, "id", out _));
        }
    }

    private string Header() => $$"""{"alg":"ES256","typ":"at+jwt","kid":"{{_key.Id}}"}""";

    private static string Claims() =>
        $$"""{"iss":"platform","aud":"platform-api","sub":"{{User}}","sid":"{{Session}}","role":["member"],"iat":1900000000,"nbf":1900000000,"exp":1900001800}""";

    private string Forge() => Sign(Header(), Claims());

    private string Sign(string header, string payload) => CompactJws.Sign(Bytes(header), Bytes(payload), _pair);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static (string Header, string Payload, string Signature) Parts(string token) =>
        token.Split('.') is [var header, var payload, var signature] ? (header, payload, signature) : throw new ArgumentException(token);

    // There is nothing to wait for.
    private (AccessToken? Token, string? Refusal) Verify(string text, DateTimeOffset now) =>
        AccessToken.VerifyAsync(text, id => ValueTask.FromResult(id == _key.Id ? _key : null), now).AsTask().Result;

    private void AssertGood(string text) => Assert.Null(Verify(text, Now).Refusal);

    private void AssertRefused(string text)
    {
        var (token, refusal) = Verify(text, Now);
        Assert.Null(token);
        Assert.NotEmpty(refusal!);
    }
}
