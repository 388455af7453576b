using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Api.Identity.Tokens;

/// <summary>A key of ours in use: it verifies, and signs where its private half could be read.</summary>
internal sealed class VerificationKey
{
    private readonly byte[] _publicKey;
    private readonly byte[]? _privateKey;
    // An instance is for one thread at a time; making one costs more than verifying with it.
    private readonly ConcurrentBag<ECDsa> _idle = [];

    /// <param name="publicKey">A SubjectPublicKeyInfo of the curve P-256.</param>
    /// <param name="privateKey">In PKCS #8; null where it cannot be read.</param>
    /// <param name="activeFrom">Signs from then on.</param>
    /// <param name="validUntil">Verifies until then.</param>
    internal VerificationKey(byte[] publicKey, byte[]? privateKey, DateTimeOffset activeFrom, DateTimeOffset validUntil)
    {
        (_publicKey, _privateKey, ActiveFrom, ValidUntil) = (publicKey, privateKey, activeFrom, validUntil);
        var key = Take();
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        (X, Y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        Id = Thumbprint(X, Y);
        _idle.Add(key);
    }

    /// <summary><c>kid</c>: the thumbprint (RFC 7638).</summary>
    internal string Id { get; }

    /// <summary>The point's first coordinate, in base64url.</summary>
    internal string X { get; }

    /// <summary>The point's second coordinate, in base64url.</summary>
    internal string Y { get; }

    internal DateTimeOffset ActiveFrom { get; }

    internal DateTimeOffset ValidUntil { get; }

    internal bool CanSign => _privateKey is not null;

    internal bool HasSigned(CompactJws jws)
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

    internal string Sign(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
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
    internal static string Thumbprint(string x, string y) =>
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
