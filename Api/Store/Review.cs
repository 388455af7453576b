using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store;

/// <summary>One reader's rating of one book, with or without words.</summary>
internal sealed class Review
{
    public Guid Id { get; init; }

    public Guid BookId { get; init; }

    public Guid UserId { get; init; }

    /// <summary>1 to 5.</summary>
    public short Rating { get; set; }

    public string? Body { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<Review>
    {
        public void Configure(EntityTypeBuilder<Review> builder)
        {
            builder.ToTable("reviews", "store", table => table.HasCheckConstraint("ck_reviews_rating", "rating BETWEEN 1 AND 5"));
            builder.Property(r => r.Id).ValueGeneratedNever();
            builder.HasIndex(r => new { r.BookId, r.UserId }).IsUnique();
            builder.HasIndex(r => r.UserId);
        }
    }
}
