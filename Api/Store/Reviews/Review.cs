using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store.Reviews;

/// <summary>One reader's rating of one book, with or without words; shown with the product that sells the book.</summary>
internal sealed class Review
{
    /// <summary>Longest text, in UTF-16 units.</summary>
    internal const int MaxBodyLength = 10_000;

    public Guid Id { get; init; }

    public Guid BookId { get; init; }

    public Guid UserId { get; init; }

    /// <summary>1 to 5.</summary>
    public short Rating { get; set; }

    public string? Title { get; set; }

    public string? Body { get; set; }

    /// <summary>Whether the reviewer had bought the book here.</summary>
    public bool Verified { get; set; }

    /// <summary>How many found it helpful: the number of its <see cref="ReviewVote"/>s.</summary>
    public int HelpfulCount { get; private set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<Review>
    {
        public void Configure(EntityTypeBuilder<Review> builder)
        {
            builder.ToTable("reviews", StoreSchema.Name, table => table.HasCheckConstraint("ck_reviews_rating", "rating BETWEEN 1 AND 5"));
            builder.Property(r => r.Id).ValueGeneratedNever();
            builder.Property(r => r.Verified).HasDefaultValue(false);
            builder.Property(r => r.HelpfulCount).HasDefaultValue(0).ValueGeneratedOnAddOrUpdate();
            builder.HasIndex(r => new { r.BookId, r.UserId }).IsUnique();
            builder.HasIndex(r => r.UserId);
            // Newest first, by pages.
            builder.HasIndex(r => new { r.BookId, r.Id });
        }
    }
}
