using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Catalog;

/// <summary>A node of the tree in which books are filed.</summary>
internal sealed class Category
{
    public Guid Id { get; init; }

    /// <summary>Null at the top of the tree.</summary>
    public Guid? ParentId { get; set; }

    public required string Name { get; set; }

    /// <summary>The name in addresses: lower-case words joined by hyphens; unique among live categories.</summary>
    public required string Slug { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Set when the category was deleted, which needs that it is empty.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>PostgreSQL's <c>xmin</c>: changes with each update of the row.</summary>
    public uint Version { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<Category>
    {
        public void Configure(EntityTypeBuilder<Category> builder)
        {
            builder.ToTable("categories", CatalogSchema.Name, table =>
            {
                table.HasCheckConstraint("ck_categories_name", "name <> ''");
                table.HasCheckConstraint("ck_categories_slug", "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'");
                table.HasCheckConstraint("ck_categories_parent_id", "parent_id <> id");
            });
            builder.Property(c => c.Id).ValueGeneratedNever();
            builder.Property(c => c.Name).UseCollation(CatalogSchema.HumanOrder);
            builder.Property(c => c.Version).HasColumnName("xmin").IsRowVersion();
            builder.HasIndex(c => c.Slug).IsUnique().HasFilter("deleted_at IS NULL");
            builder.HasIndex(c => c.ParentId);
            builder.HasOne<Category>().WithMany().HasForeignKey(c => c.ParentId).OnDelete(DeleteBehavior.Restrict);
            builder.HasQueryFilter(c => c.DeletedAt == null);
        }
    }
}
