using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store.Orders;

/// <summary>A purchase, from the checkout on.</summary>
internal sealed class Order
{
    public Guid Id { get; init; }

    /// <summary>Whose; null when they had their account deleted: what was sold stays on the books, without a name.</summary>
    public Guid? UserId { get; init; }

    public OrderStatus Status { get; set; }

    /// <summary>ISO 4217, of all its amounts.</summary>
    public required string Currency { get; init; }

    /// <summary>The sum of its lines.</summary>
    public decimal Total { get; init; }

    /// <summary>Where it goes, as the address was at checkout.</summary>
    public required string ShippingAddress { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until then it must be paid; later its copies are free again.</summary>
    public DateTimeOffset ReservedUntil { get; init; }

    public DateTimeOffset? PaidAt { get; set; }

    public DateTimeOffset? ShippedAt { get; set; }

    public DateTimeOffset? DeliveredAt { get; set; }

    /// <summary>When it was cancelled, refunded or expired.</summary>
    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>PostgreSQL's <c>xmin</c>.</summary>
    public uint Version { get; init; }

    public List<OrderItem> Items { get; } = [];

    public List<Payment> Payments { get; } = [];

    private sealed class Configuration : IEntityTypeConfiguration<Order>
    {
        public void Configure(EntityTypeBuilder<Order> builder)
        {
            builder.ToTable("orders", StoreSchema.Name, table =>
            {
                table.HasCheckConstraint("ck_orders_status", "status IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'expired', 'refunded')");
                table.HasCheckConstraint("ck_orders_total", "total >= 0");
                table.HasCheckConstraint("ck_orders_currency", StoreSchema.CurrencyCheck("currency"));
            });
            builder.Property(o => o.Id).ValueGeneratedNever();
            builder.Property(o => o.Status).HasConversion(StoreEnums.Converter<OrderStatus>());
            builder.Property(o => o.Total).HasPrecision(12, 2);
            builder.Property(o => o.ShippingAddress).HasColumnType("jsonb");
            builder.Property(o => o.Version).HasColumnName("xmin").IsRowVersion();
            builder.HasIndex(o => new { o.UserId, o.Id });
            builder.HasIndex(o => new { o.Status, o.Id });
            builder.HasIndex(o => o.ReservedUntil).HasFilter("status = 'pending'");
        }
    }
}

/// <summary>How far an order is. Allowed: pending to paid, cancelled or expired; paid to shipped or refunded; shipped to delivered or refunded; delivered to refunded.</summary>
internal enum OrderStatus
{
    /// <summary>Its copies are reserved; not paid yet.</summary>
    Pending,
    Paid,
    Shipped,
    Delivered,

    /// <summary>Given up before it was paid.</summary>
    Cancelled,

    /// <summary>Not paid in time.</summary>
    Expired,

    /// <summary>Paid, and paid back.</summary>
    Refunded,
}
