using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Catalog;

/// <summary>An author of a book, in the order of the title page.</summary>
internal sealed class BookAuthor
{
    public Guid BookId { get; init; }

    public Guid AuthorId { get; init; }

    /// <summary>0 is named first.</summary>
    public int Position { get; set; }

    public Author? Author { get; init; }

    public Book? Book { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<BookAuthor>
    {
        public void Configure(EntityTypeBuilder<BookAuthor> builder)
        {
            builder.ToTable("book_authors", CatalogSchema.Name);
            builder.HasKey(a => new { a.BookId, a.AuthorId });
            builder.HasIndex(a => new { a.AuthorId, a.BookId });
            builder.HasOne(a => a.Book).WithMany(b => b.Authors).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne(a => a.Author).WithMany(a => a.Books).OnDelete(DeleteBehavior.Restrict);
            builder.HasQueryFilter(a => a.Book!.DeletedAt == null);
        }
    }
}
