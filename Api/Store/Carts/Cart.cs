using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store.Carts;

/// <summary>What somebody means to buy. It promises nothing: prices and stock are those of the checkout.</summary>
internal sealed class Cart
{
    /// <summary>Most different variants in one cart.</summary>
    internal const int MaxItems = 100;

    public Guid Id { get; init; }

    /// <summary>Whose; null for somebody who has not logged in and holds the signed cookie.</summary>
    public Guid? UserId { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<CartItem> Items { get; } = [];

    private sealed class Configuration : IEntityTypeConfiguration<Cart>
    {
        public void Configure(EntityTypeBuilder<Cart> builder)
        {
            builder.ToTable("carts", StoreSchema.Name);
            builder.Property(c => c.Id).ValueGeneratedNever();
            builder.HasIndex(c => c.UserId).IsUnique();
            builder.HasIndex(c => c.UpdatedAt).HasFilter("user_id IS NULL");
        }
    }
}
