using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Api.Identity.Tokens;

/// <summary>Keeps private keys unreadable in the database and its backups: AES-256-GCM under a key made of <c>Identity:KeySecret</c>.</summary>
internal sealed class KeyEncryption
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private readonly byte[] _key;

    /// <param name="secret">Random, so that no slow derivation is needed.</param>
    internal KeyEncryption(string secret) =>
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: "platform signing keys, version 1"u8.ToArray());

    /// <returns>Nonce, tag and what was encrypted, one after the other.</returns>
    /// <param name="privateKey">What is kept.</param>
    /// <param name="keyId">Bound to it: one key's private half is not taken for another's.</param>
    internal byte[] Encrypt(ReadOnlySpan<byte> privateKey, string keyId)
    {
        var sealedKey = new byte[NonceLength + TagLength + privateKey.Length];
        var nonce = sealedKey.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(nonce, privateKey, sealedKey.AsSpan(NonceLength + TagLength), sealedKey.AsSpan(NonceLength, TagLength), Encoding.ASCII.GetBytes(keyId));
        return sealedKey;
    }

    /// <returns>False when it was encrypted under another secret, or changed.</returns>
    internal bool TryDecrypt(ReadOnlySpan<byte> sealedKey, string keyId, [NotNullWhen(true)] out byte[]? privateKey)
    {
        privateKey = null;
        if (sealedKey.Length <= NonceLength + TagLength)
        {
            return false;
        }

        var opened = new byte[sealedKey.Length - NonceLength - TagLength];
        try
        {
            using var aes = new AesGcm(_key, TagLength);
            aes.Decrypt(sealedKey[..NonceLength], sealedKey[(NonceLength + TagLength)..], sealedKey.Slice(NonceLength, TagLength), opened, Encoding.ASCII.GetBytes(keyId));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        privateKey = opened;
        return true;
    }
}
