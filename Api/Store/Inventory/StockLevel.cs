using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Api.Store.Products;

namespace Platform.Api.Store.Inventory;

/// <summary>What is in stock of a variant.</summary>
/// <remarks>
/// <see cref="OnHand"/> is the sum of the variant's <see cref="StockMovement"/>s, kept by a trigger on them: the Api has no
/// right to write it. <see cref="Reserved"/> is raised and lowered by one UPDATE each, which the CHECK refuses to
/// go past what is there; that, and nothing else, is why nothing is sold twice.
/// </remarks>
internal sealed class StockLevel
{
    public Guid VariantId { get; init; }

    /// <summary>Copies that are there.</summary>
    public int OnHand { get; private set; }

    /// <summary>Those of them that are promised to orders.</summary>
    public int Reserved { get; set; }

    /// <summary>At or below it, more should be ordered.</summary>
    public int ReorderPoint { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<StockLevel>
    {
        public void Configure(EntityTypeBuilder<StockLevel> builder)
        {
            builder.ToTable("inventory", StoreSchema.Name, table =>
            {
                table.HasCheckConstraint("ck_inventory_on_hand", "on_hand >= 0");
                table.HasCheckConstraint("ck_inventory_reserved", "reserved BETWEEN 0 AND on_hand");
                table.HasCheckConstraint("ck_inventory_reorder_point", "reorder_point >= 0");
            });
            builder.HasKey(s => s.VariantId);
            builder.Property(s => s.OnHand).HasDefaultValue(0).ValueGeneratedOnAddOrUpdate();
            builder.HasOne<ProductVariant>().WithOne().HasForeignKey<StockLevel>(s => s.VariantId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
