using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Catalog;

/// <summary>A book's title and description in another language.</summary>
internal sealed class BookTranslation
{
    public Guid BookId { get; init; }

    /// <summary>BCP 47.</summary>
    public required string Language { get; init; }

    public required string Title { get; set; }

    public string? Description { get; set; }

    public Book? Book { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<BookTranslation>
    {
        public void Configure(EntityTypeBuilder<BookTranslation> builder)
        {
            builder.ToTable("book_translations", CatalogSchema.Name,
                table => table.HasCheckConstraint("ck_book_translations_title", "title <> ''"));
            builder.HasKey(t => new { t.BookId, t.Language });
            builder.HasOne(t => t.Book).WithMany(b => b.Translations).OnDelete(DeleteBehavior.Cascade);
            builder.HasQueryFilter(t => t.Book!.DeletedAt == null);
        }
    }
}
