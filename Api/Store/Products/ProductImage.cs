using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Store.Products;

/// <summary>A picture of a product.</summary>
internal sealed class ProductImage
{
    public Guid Id { get; init; }

    public Guid ProductId { get; init; }

    public required string Url { get; set; }

    /// <summary>What is to be seen, in words.</summary>
    public required string Alt { get; set; }

    /// <summary>Its place among the product's pictures, from 0.</summary>
    public int Position { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<ProductImage>
    {
        public void Configure(EntityTypeBuilder<ProductImage> builder)
        {
            builder.ToTable("product_images", StoreSchema.Name);
            builder.Property(i => i.Id).ValueGeneratedNever();
            builder.HasOne<Product>().WithMany(p => p.Images).HasForeignKey(i => i.ProductId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(i => new { i.ProductId, i.Position });
        }
    }
}
