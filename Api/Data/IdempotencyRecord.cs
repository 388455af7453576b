using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Data;

/// <summary>
/// The answer to a request that carried an <c>Idempotency-Key</c>, stored in the transaction of its effect: either both
/// are there or neither.
/// </summary>
internal sealed class IdempotencyRecord
{
    /// <summary>Whose key it is: keys of two users are two keys.</summary>
    public Guid UserId { get; init; }

    /// <summary>As the caller sent it, 1 to 255 visible ASCII characters.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 of method, path and body: the same key with another request is refused.</summary>
    public required byte[] RequestHash { get; init; }

    public int StatusCode { get; set; }

    /// <summary>The body of the answer as it was sent.</summary>
    public byte[]? Body { get; set; }

    public string? Location { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<IdempotencyRecord>
    {
        public void Configure(EntityTypeBuilder<IdempotencyRecord> builder)
        {
            builder.ToTable("idempotency_records", "ops", table => table.HasCheckConstraint("ck_idempotency_records_request_hash", "length(request_hash) = 32"));
            builder.HasKey(r => new { r.UserId, r.Key });
            builder.HasIndex(r => r.CreatedAt);
        }
    }
}
