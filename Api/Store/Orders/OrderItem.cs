using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Api.Store.Products;

namespace Platform.Api.Store.Orders;

/// <summary>A line of an order: what was bought, at the price of the checkout whatever it costs later.</summary>
internal sealed class OrderItem
{
    public Guid OrderId { get; init; }

    /// <summary>From 1.</summary>
    public int Line { get; init; }

    public Guid VariantId { get; init; }

    public Guid ProductId { get; init; }

    public required string Title { get; init; }

    public required string Sku { get; init; }

    public decimal UnitPrice { get; init; }

    public int Quantity { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<OrderItem>
    {
        public void Configure(EntityTypeBuilder<OrderItem> builder)
        {
            builder.ToTable("order_items", StoreSchema.Name, table =>
            {
                table.HasCheckConstraint("ck_order_items_quantity", "quantity > 0");
                table.HasCheckConstraint("ck_order_items_unit_price", "unit_price >= 0");
            });
            builder.HasKey(i => new { i.OrderId, i.Line });
            builder.Property(i => i.UnitPrice).HasPrecision(12, 2);
            builder.HasOne<Order>().WithMany(o => o.Items).HasForeignKey(i => i.OrderId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<ProductVariant>().WithMany().HasForeignKey(i => i.VariantId).OnDelete(DeleteBehavior.Restrict);
            // Who bought it: what makes a review a verified one.
            builder.HasIndex(i => i.ProductId);
            builder.HasIndex(i => i.VariantId);
        }
    }
}
