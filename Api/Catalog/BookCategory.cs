using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Catalog;

/// <summary>A category in which a book is filed.</summary>
internal sealed class BookCategory
{
    public Guid BookId { get; init; }

    public Guid CategoryId { get; init; }

    /// <summary>How strongly the book belongs here, above 0; null where nobody measured it.</summary>
    public float? Weight { get; set; }

    public Category? Category { get; init; }

    public Book? Book { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<BookCategory>
    {
        public void Configure(EntityTypeBuilder<BookCategory> builder)
        {
            builder.ToTable("book_categories", CatalogSchema.Name);
            builder.HasKey(c => new { c.BookId, c.CategoryId });
            builder.HasIndex(c => new { c.CategoryId, c.BookId });
            builder.HasOne(c => c.Book).WithMany(b => b.Categories).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne(c => c.Category).WithMany().OnDelete(DeleteBehavior.Restrict);
            builder.HasQueryFilter(c => c.Book!.DeletedAt == null);
        }
    }
}
