using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Platform.Api.Identity.Sessions;

/// <summary>A refresh token as the client has it: base64url of the user's id and 256 random bits.</summary>
/// <remarks>
/// The id is there so that the lookup can run as that user: the database shows nobody else's tokens, whatever the query
/// (row_security.sql). Who changes it finds nothing, since the hash is of the whole.
/// </remarks>
internal readonly struct RefreshSecret
{
    private const int IdLength = 16;
    private const int Length = IdLength + 32;
    private readonly byte[] _bytes;

    private RefreshSecret(byte[] bytes) => _bytes = bytes;

    internal Guid UserId => new(_bytes.AsSpan(0, IdLength), bigEndian: true);

    /// <summary>What is stored of it.</summary>
    internal byte[] Hash => SHA256.HashData(_bytes);

    internal static RefreshSecret New(Guid userId)
    {
        var bytes = RandomNumberGenerator.GetBytes(Length);
        userId.TryWriteBytes(bytes, bigEndian: true, out _);
        return new RefreshSecret(bytes);
    }

    internal static bool TryParse([NotNullWhen(true)] string? text, out RefreshSecret secret)
    {
        secret = default;
        if (text is null || text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(text))
        {
            return false;
        }

        secret = new RefreshSecret(Base64Url.DecodeFromChars(text));
        return secret._bytes.Length == Length;
    }

    public override string ToString() => Base64Url.EncodeToString(_bytes);
}
