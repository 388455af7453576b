using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Identity;

/// <summary>A refresh token that was given out. Only its hash is stored; who reads the table cannot use it.</summary>
internal sealed class RefreshToken
{
    /// <summary>SHA-256 of the token, which is 256 random bits: nothing to guess, so no slow hash is needed.</summary>
    public required byte[] Hash { get; init; }

    public Guid SessionId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its successor was given out; null for the newest.</summary>
    public DateTimeOffset? RotatedAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<RefreshToken>
    {
        public void Configure(EntityTypeBuilder<RefreshToken> builder)
        {
            builder.ToTable("refresh_tokens", IdentitySchema.Name, table => table.HasCheckConstraint("ck_refresh_tokens_hash", "length(hash) = 32"));
            builder.HasKey(t => t.Hash);
            builder.HasOne<Session>().WithMany(s => s.Tokens).HasForeignKey(t => t.SessionId).OnDelete(DeleteBehavior.Cascade);
            // One token of a session is good at a time: two refreshes at once cannot both win.
            builder.HasIndex(t => t.SessionId).IsUnique().HasFilter("rotated_at IS NULL").HasDatabaseName("ix_refresh_tokens_current");
            builder.HasIndex(t => new { t.SessionId, t.CreatedAt });
        }
    }
}
