using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Api.Store.Products;

namespace Platform.Api.Store.Carts;

/// <summary>Copies of a variant in a cart.</summary>
internal sealed class CartItem
{
    /// <summary>Most copies of one variant.</summary>
    internal const int MaxQuantity = 99;

    public Guid CartId { get; init; }

    public Guid VariantId { get; init; }

    /// <summary>1 to <see cref="MaxQuantity"/>.</summary>
    public int Quantity { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<CartItem>
    {
        public void Configure(EntityTypeBuilder<CartItem> builder)
        {
            builder.ToTable("cart_items", StoreSchema.Name, table => table.HasCheckConstraint("ck_cart_items_quantity", $"quantity BETWEEN 1 AND {MaxQuantity}"));
            builder.HasKey(i => new { i.CartId, i.VariantId });
            builder.HasOne<Cart>().WithMany(c => c.Items).HasForeignKey(i => i.CartId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<ProductVariant>().WithMany().HasForeignKey(i => i.VariantId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
