using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Platform.ServiceDefaults.Tokens;

/// <summary>
/// A JSON Web Signature in its compact form (RFC 7515, 7.1) made with ES256 (RFC 7518, 3.4): three base64url parts, header,
/// payload and the 64 bytes R || S. No other algorithm is known here, so that no header can ask for one.
/// </summary>
/// <remarks>
/// One sequence of bytes has one spelling: padding, white space, and bits beyond the last byte are refused, and so are
/// signatures in ASN.1. What the header and the payload mean is for whoever reads them, once the signature is right.
/// </remarks>
public sealed class CompactJws
{
    /// <summary>Longer ones are refused before anything is decoded, in characters.</summary>
    public const int MaxLength = 4096;

    private const int SignatureLength = 64;
    private readonly byte[] _signed;
    private readonly byte[] _signature;

    private CompactJws(byte[] header, byte[] payload, byte[] signed, byte[] signature) =>
        (Header, Payload, _signed, _signature) = (header, payload, signed, signature);

    /// <summary>The protected header: nobody vouches for it before <see cref="IsSignedBy"/> does.</summary>
    public ReadOnlyMemory<byte> Header { get; }

    /// <summary>What is signed, as untrustworthy as the header until then.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Takes the text apart; the signature is not looked at yet.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CompactJws? jws)
    {
        jws = null;
        if (text.Length > MaxLength || text.Split('.') is not [var header, var payload, var signature]
            || !TryDecode(header, out var headerBytes) || !TryDecode(payload, out var payloadBytes)
            || !TryDecode(signature, out var signatureBytes) || signatureBytes.Length != SignatureLength)
        {
            return false;
        }

        jws = new CompactJws(headerBytes, payloadBytes, Encoding.ASCII.GetBytes(text, 0, header.Length + 1 + payload.Length), signatureBytes);
        return true;
    }

    /// <summary>Whether the key signed header and payload as they were sent.</summary>
    public bool IsSignedBy(ECDsa key) =>
        key.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>Signs; the header must say <c>ES256</c>.</summary>
    public static string Sign(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, ECDsa key)
    {
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    // The decoder itself allows padding, white space and stray bits. What encodes to the very text again has none.
    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        if (text.Length == 0 || !Base64Url.IsValid(text))
        {
            return false;
        }

        bytes = Base64Url.DecodeFromChars(text);
        return Base64Url.EncodeToString(bytes) == text;
    }
}
