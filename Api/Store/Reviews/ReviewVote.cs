using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store.Reviews;

/// <summary>Somebody found a review helpful. A trigger keeps the review's count.</summary>
internal sealed class ReviewVote
{
    public Guid ReviewId { get; init; }

    public Guid UserId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<ReviewVote>
    {
        public void Configure(EntityTypeBuilder<ReviewVote> builder)
        {
            builder.ToTable("review_votes", StoreSchema.Name);
            builder.HasKey(v => new { v.ReviewId, v.UserId });
            builder.HasOne<Review>().WithMany().HasForeignKey(v => v.ReviewId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(v => v.UserId);
        }
    }
}
