using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Catalog;

/// <summary>Somebody who wrote, edited, translated or illustrated books. Two people may share a name.</summary>
internal sealed class Author
{
    public Guid Id { get; init; }

    public required string Name { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Set when the author was deleted, which needs that no live book names them.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>PostgreSQL's <c>xmin</c>: changes with each update of the row.</summary>
    public uint Version { get; init; }

    public List<BookAuthor> Books { get; } = [];

    private sealed class Configuration : IEntityTypeConfiguration<Author>
    {
        public void Configure(EntityTypeBuilder<Author> builder)
        {
            builder.ToTable("authors", CatalogSchema.Name, table => table.HasCheckConstraint("ck_authors_name", "name <> ''"));
            builder.Property(a => a.Id).ValueGeneratedNever();
            builder.Property(a => a.Name).UseCollation(CatalogSchema.HumanOrder);
            builder.Property(a => a.Version).HasColumnName("xmin").IsRowVersion();
            builder.HasIndex(a => new { a.Name, a.Id }).HasFilter("deleted_at IS NULL");
            // For GET /authors?q=, which looks for a part of the name.
            builder.HasIndex(a => a.Name).HasMethod("gin").HasOperators("gin_trgm_ops").HasFilter("deleted_at IS NULL");
            builder.HasQueryFilter(a => a.DeletedAt == null);
        }
    }
}
