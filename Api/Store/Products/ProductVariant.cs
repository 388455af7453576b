using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store.Products;

/// <summary>One form in which a product is sold, with its price. What is in stock of it: <see cref="Inventory.StockLevel"/>.</summary>
internal sealed class ProductVariant
{
    public Guid Id { get; init; }

    public Guid ProductId { get; init; }

    public VariantFormat Format { get; set; }

    /// <summary>Stock keeping unit: the shop's own number of the variant.</summary>
    public required string Sku { get; set; }

    /// <summary>0 or more, two decimals.</summary>
    public decimal Price { get; set; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>Whether it can be bought, when its product can.</summary>
    public bool IsActive { get; set; } = true;

    private sealed class Configuration : IEntityTypeConfiguration<ProductVariant>
    {
        public void Configure(EntityTypeBuilder<ProductVariant> builder)
        {
            builder.ToTable("product_variants", StoreSchema.Name, table =>
            {
                table.HasCheckConstraint("ck_product_variants_format", "format IN ('hardcover', 'paperback', 'ebook', 'audiobook')");
                table.HasCheckConstraint("ck_product_variants_price", "price >= 0");
                table.HasCheckConstraint("ck_product_variants_currency", StoreSchema.CurrencyCheck("currency"));
            });
            builder.Property(v => v.Id).ValueGeneratedNever();
            builder.Property(v => v.Format).HasConversion(StoreEnums.Converter<VariantFormat>());
            builder.Property(v => v.Price).HasPrecision(12, 2);
            builder.HasOne<Product>().WithMany(p => p.Variants).HasForeignKey(v => v.ProductId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(v => v.Sku).IsUnique();
            builder.HasIndex(v => new { v.ProductId, v.Id });
        }
    }
}

/// <summary>What a copy is.</summary>
internal enum VariantFormat
{
    Hardcover,
    Paperback,
    Ebook,
    Audiobook,
}
