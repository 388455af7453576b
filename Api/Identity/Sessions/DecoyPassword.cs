using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Platform.Api.Identity.Sessions;

/// <summary>What a password is checked against when the account does not exist: it takes as long, and nobody knows it.</summary>
internal sealed class DecoyPassword
{
    private readonly int _rounds;

    public DecoyPassword(IOptions<PasswordHasherOptions> options)
    {
        _rounds = options.Value.IterationCount;
        Hash = new PasswordHasher<User>(options).HashPassword(User, RandomNumberGenerator.GetHexString(64));
    }

    internal User User { get; } = new() { Id = Guid.Empty };

    internal string Hash { get; }

    /// <summary>Does what a check against <paramref name="hash"/>, made with fewer rounds than today's, has left out.</summary>
    /// <returns>How many rounds that were.</returns>
    internal int MakeUp(string? hash, string password)
    {
        var missing = hash is null ? 0 : Math.Max(0, _rounds - Rounds(hash));
        if (missing > 0)
        {
            Rfc2898DeriveBytes.Pbkdf2(password, default(ReadOnlySpan<byte>), missing, HashAlgorithmName.SHA512, 32);
        }

        return missing;
    }

    // Identity's format 3: its number, the function, the rounds, each number but the first in four bytes.
    private static int Rounds(string hash)
    {
        Span<byte> bytes = stackalloc byte[256];
        return Convert.TryFromBase64String(hash, bytes, out var length) && length > 9 && bytes[0] == 1 ? BinaryPrimitives.ReadInt32BigEndian(bytes[5..]) : 0;
    }
}
