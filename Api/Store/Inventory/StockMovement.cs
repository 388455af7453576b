using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store.Inventory;

/// <summary>Copies that came or went: an entry in a ledger to which one can only add.</summary>
internal sealed class StockMovement
{
    public Guid Id { get; init; }

    public Guid VariantId { get; init; }

    /// <summary>Copies; negative when they went.</summary>
    public int Quantity { get; init; }

    public StockMovementKind Kind { get; init; }

    /// <summary>The order it was for; null for none.</summary>
    public Guid? OrderId { get; init; }

    /// <summary>What somebody had to say of it.</summary>
    public string? Note { get; init; }

    public DateTimeOffset At { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<StockMovement>
    {
        public void Configure(EntityTypeBuilder<StockMovement> builder)
        {
            builder.ToTable("stock_movements", StoreSchema.Name, table =>
            {
                table.HasCheckConstraint("ck_stock_movements_quantity", "quantity <> 0");
                table.HasCheckConstraint("ck_stock_movements_kind", "kind IN ('receipt', 'sale', 'return', 'adjustment')");
            });
            // A hypertable's keys hold the time.
            builder.HasKey(m => new { m.Id, m.At });
            builder.Property(m => m.Kind).HasConversion(StoreEnums.Converter<StockMovementKind>());
            builder.HasOne<StockLevel>().WithMany().HasForeignKey(m => m.VariantId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(m => new { m.VariantId, m.At });
        }
    }
}

/// <summary>Why copies came or went.</summary>
internal enum StockMovementKind
{
    /// <summary>Delivered to the shop.</summary>
    Receipt,

    /// <summary>Shipped to a buyer.</summary>
    Sale,

    /// <summary>Sent back by one.</summary>
    Return,

    /// <summary>Counted and found otherwise.</summary>
    Adjustment,
}
