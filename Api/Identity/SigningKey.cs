using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Identity;

/// <summary>A key pair that access tokens are signed with, shared by all processes of the Api.</summary>
internal sealed class SigningKey
{
    /// <summary><c>kid</c>: the thumbprint of the public key (RFC 7638).</summary>
    public required string Id { get; init; }

    /// <summary>The private key in PKCS #8, encrypted under a key that is not in the database (AES-256-GCM).</summary>
    public required byte[] EncryptedPrivateKey { get; init; }

    /// <summary>The public key as SubjectPublicKeyInfo.</summary>
    public required byte[] PublicKey { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on tokens are signed with it; before that verifiers can learn it.</summary>
    public DateTimeOffset ActiveFrom { get; init; }

    /// <summary>Until then tokens signed with it are good.</summary>
    public DateTimeOffset ValidUntil { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<SigningKey>
    {
        public void Configure(EntityTypeBuilder<SigningKey> builder)
        {
            builder.ToTable("signing_keys", IdentitySchema.Name);
            builder.Property(k => k.Id).ValueGeneratedNever();
        }
    }
}
