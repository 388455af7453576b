using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Platform.Api.Identity.Sessions;

/// <summary>What a password is checked against when the account does not exist: it takes as long, and nobody knows it.</summary>
internal sealed class DecoyPassword
{
    public DecoyPassword(IOptions<PasswordHasherOptions> options) =>
        Hash = new PasswordHasher<User>(options).HashPassword(User, RandomNumberGenerator.GetHexString(64));

    internal User User { get; } = new() { Id = Guid.Empty };

    internal string Hash { get; }
}
