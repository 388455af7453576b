using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store.Orders;

/// <summary>A charge or a refund that was asked of the payment provider.</summary>
internal sealed class Payment
{
    /// <summary>Also the key under which the provider knows the request: asked twice, it does it once.</summary>
    public Guid Id { get; init; }

    public Guid OrderId { get; init; }

    public PaymentKind Kind { get; init; }

    public PaymentStatus Status { get; set; }

    public decimal Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>What it is paid by, as the provider knows it; null for a refund, which goes where the money came from.</summary>
    public string? Method { get; init; }

    /// <summary>The provider's number of it; null until it has answered.</summary>
    public string? Reference { get; set; }

    /// <summary>What the provider said against it.</summary>
    public string? Refusal { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? SettledAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<Payment>
    {
        public void Configure(EntityTypeBuilder<Payment> builder)
        {
            builder.ToTable("payments", StoreSchema.Name, table =>
            {
                table.HasCheckConstraint("ck_payments_kind", "kind IN ('charge', 'refund')");
                table.HasCheckConstraint("ck_payments_status", "status IN ('requested', 'succeeded', 'refused')");
                table.HasCheckConstraint("ck_payments_amount", "amount >= 0");
                table.HasCheckConstraint("ck_payments_currency", StoreSchema.CurrencyCheck("currency"));
            });
            builder.Property(p => p.Id).ValueGeneratedNever();
            builder.Property(p => p.Kind).HasConversion(StoreEnums.Converter<PaymentKind>());
            builder.Property(p => p.Status).HasConversion(StoreEnums.Converter<PaymentStatus>());
            builder.Property(p => p.Amount).HasPrecision(12, 2);
            builder.HasOne<Order>().WithMany(o => o.Payments).HasForeignKey(p => p.OrderId).OnDelete(DeleteBehavior.Cascade);
            // All of an order, the refused too, which the next does not know.
            builder.HasIndex(p => p.OrderId);
            // An order is charged once and refunded once; what was refused may be tried again.
            builder.HasIndex(p => new { p.OrderId, p.Kind }).IsUnique().HasFilter("status <> 'refused'");
            // Those whose outcome is not known, which somebody has to ask for again.
            builder.HasIndex(p => p.CreatedAt).HasFilter("status = 'requested'");
        }
    }
}

/// <summary>Which way the money goes.</summary>
internal enum PaymentKind
{
    Charge,
    Refund,
}

/// <summary>What became of it.</summary>
internal enum PaymentStatus
{
    /// <summary>The provider was asked, or is about to be; its answer is not known.</summary>
    Requested,
    Succeeded,
    Refused,
}
