using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store.Products;

/// <summary>What the shop sells: a book of the catalogue, in one or more variants.</summary>
internal sealed class Product
{
    public Guid Id { get; init; }

    /// <summary>The book in the catalogue; each has one product at most.</summary>
    public Guid BookId { get; init; }

    /// <summary>Its name in addresses: lower-case letters and digits, words joined by hyphens.</summary>
    public required string Slug { get; set; }

    public required string Title { get; set; }

    public string? Description { get; set; }

    /// <summary>A category of the catalogue; null for none.</summary>
    public Guid? CategoryId { get; set; }

    public ProductStatus Status { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>PostgreSQL's <c>xmin</c>.</summary>
    public uint Version { get; init; }

    public List<ProductVariant> Variants { get; } = [];

    public List<ProductImage> Images { get; } = [];

    private sealed class Configuration : IEntityTypeConfiguration<Product>
    {
        public void Configure(EntityTypeBuilder<Product> builder)
        {
            builder.ToTable("products", StoreSchema.Name, table =>
            {
                table.HasCheckConstraint("ck_products_slug", "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'");
                table.HasCheckConstraint("ck_products_title", "title <> ''");
                table.HasCheckConstraint("ck_products_status", "status IN ('draft', 'active', 'retired')");
            });
            builder.Property(p => p.Id).ValueGeneratedNever();
            builder.Property(p => p.Status).HasConversion(StoreEnums.Converter<ProductStatus>());
            builder.Property(p => p.Version).HasColumnName("xmin").IsRowVersion();
            builder.HasIndex(p => p.Slug).IsUnique();
            builder.HasIndex(p => p.BookId).IsUnique();
            builder.HasIndex(p => p.CategoryId);
            builder.HasIndex(p => new { p.Title, p.Id }).HasFilter("status = 'active'");
            builder.HasIndex(p => new { p.Status, p.Title, p.Id });
        }
    }
}

/// <summary>Whether a product can be bought.</summary>
internal enum ProductStatus
{
    /// <summary>Being prepared; only staff see it.</summary>
    Draft,

    /// <summary>On sale.</summary>
    Active,

    /// <summary>Shown to those who have its address, not sold.</summary>
    Retired,
}
