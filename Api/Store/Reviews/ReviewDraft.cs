using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store.Reviews;

/// <summary>A review that its writer has not published; nobody else sees it, which the database enforces.</summary>
internal sealed class ReviewDraft
{
    public Guid UserId { get; init; }

    public Guid BookId { get; init; }

    /// <summary>1 to 5; null while undecided.</summary>
    public short? Rating { get; set; }

    public string? Title { get; set; }

    public string? Body { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<ReviewDraft>
    {
        public void Configure(EntityTypeBuilder<ReviewDraft> builder)
        {
            builder.ToTable("review_drafts", StoreSchema.Name, table => table.HasCheckConstraint("ck_review_drafts_rating", "rating BETWEEN 1 AND 5"));
            builder.HasKey(d => new { d.UserId, d.BookId });
        }
    }
}
