using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Identity;

/// <summary>One login on one device: a family of refresh tokens, each of which replaced the one before.</summary>
internal sealed class Session
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastUsedAt { get; set; }

    /// <summary>When the newest refresh token ends, and with it the session.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Set by a logout, or when a token was used that had been replaced; null while it is good.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Why: <c>logout</c>, <c>logout_all</c>, <c>reuse</c>, <c>password</c>, <c>locked</c>, <c>deleted</c>.</summary>
    public string? RevokedFor { get; set; }

    /// <summary>What the client said it is, cut to 200 characters.</summary>
    public string? UserAgent { get; init; }

    /// <summary>From where it last came.</summary>
    public string? Address { get; set; }

    public List<RefreshToken> Tokens { get; } = [];

    private sealed class Configuration : IEntityTypeConfiguration<Session>
    {
        public void Configure(EntityTypeBuilder<Session> builder)
        {
            builder.ToTable("sessions", IdentitySchema.Name, table =>
                table.HasCheckConstraint("ck_sessions_revoked", "(revoked_at IS NULL) = (revoked_for IS NULL)"));
            builder.Property(s => s.Id).ValueGeneratedNever();
            builder.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(s => new { s.UserId, s.LastUsedAt });
        }
    }
}
