using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Platform.ServiceDefaults.Tokens;

/// <summary>A key of ours in use: it verifies, and signs where its private half could be read.</summary>
public sealed class VerificationKey
{
    private readonly byte[] _publicKey;
    private readonly byte[]? _privateKey;
    // An instance is for one thread at a time; making one costs more than verifying with it.
    private readonly ConcurrentBag<ECDsa> _idle = [];

    /// <summary>Makes the key ready for use.</summary>
    /// <param name="publicKey">A SubjectPublicKeyInfo of the curve P-256.</param>
    /// <param name="privateKey">In PKCS #8; null where it cannot be read.</param>
    /// <param name="activeFrom">Signs from then on.</param>
    /// <param name="validUntil">Verifies until then.</param>
    public VerificationKey(byte[] publicKey, byte[]? privateKey, DateTimeOffset activeFrom, DateTimeOffset validUntil)
    {
        (_publicKey, _privateKey, ActiveFrom, ValidUntil) = (publicKey, privateKey, activeFrom, validUntil);
        var key = Take();
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        (X, Y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        Id = Thumbprint(X, Y);
        _idle.Add(key);
    }

    /// <summary><c>kid</c>: the thumbprint (RFC 7638).</summary>
    public string Id { get; }

    /// <summary>The point's first coordinate, in base64url.</summary>
    public string X { get; }

    /// <summary>The point's second coordinate, in base64url.</summary>
    public string Y { get; }

    /// <summary>It signs from then on.</summary>
    public DateTimeOffset ActiveFrom { get; }

    /// <summary>It verifies until then.</summary>
    public DateTimeOffset ValidUntil { get; }

    /// <summary>Whether the private half is at hand.</summary>
    public bool CanSign => _privateKey is not null;

    /// <summary>Reads a published key.</summary>
    /// <returns>Null when it is not one that access tokens are signed with.</returns>
    public static VerificationKey? From(JsonWebKey published)
    {
        if (published is not { Kty: "EC", Crv: "P-256", Alg: null or "ES256", Use: null or "sig", X: { } x, Y: { } y } || !Base64Url.IsValid(x) || !Base64Url.IsValid(y))
        {
            return null;
        }

        try
        {
            using var point = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Base64Url.DecodeFromChars(x), Y = Base64Url.DecodeFromChars(y) },
            });
            // How long is not published: for as long as it is among the published ones.
            var key = new VerificationKey(point.ExportSubjectPublicKeyInfo(), null, DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
            return key.Id == published.Kid ? key : null;
        }
        catch (CryptographicException)
        {
            // Not a point of the curve.
            return null;
        }
    }

    /// <summary>Whether header and payload are as this key signed them.</summary>
    public bool HasSigned(CompactJws jws)
    {
        var key = Take();
        try
        {
            return jws.IsSignedBy(key);
        }
        finally
        {
            _idle.Add(key);
        }
    }

    /// <summary>Signs; only where <see cref="CanSign"/>.</summary>
    public string Sign(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        var key = Take();
        try
        {
            return CompactJws.Sign(header, payload, key);
        }
        finally
        {
            _idle.Add(key);
        }
    }

    /// <summary>The id of a public key.</summary>
    public static string Thumbprint(string x, string y) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));

    private ECDsa Take()
    {
        if (_idle.TryTake(out var idle))
        {
            return idle;
        }

        var key = ECDsa.Create();
        if (_privateKey is null)
        {
            key.ImportSubjectPublicKeyInfo(_publicKey, out _);
        }
        else
        {
            key.ImportPkcs8PrivateKey(_privateKey, out _);
        }

        return key;
    }
}
