using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Catalog;

/// <summary>A number by which others know the book. No two live books share one.</summary>
internal sealed class BookIdentifier
{
    public Guid BookId { get; init; }

    /// <summary>One of <see cref="IdentifierScheme"/>.</summary>
    public required string Scheme { get; init; }

    /// <summary>Without hyphens; an ISBN-10's check digit X is upper case.</summary>
    public required string Value { get; set; }

    /// <summary>Set when the book was deleted: from then on another book may have the number.</summary>
    public DateTimeOffset? ReleasedAt { get; set; }

    public Book? Book { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<BookIdentifier>
    {
        public void Configure(EntityTypeBuilder<BookIdentifier> builder)
        {
            builder.ToTable("book_identifiers", CatalogSchema.Name,
                table => table.HasCheckConstraint("ck_book_identifiers_scheme", "scheme IN ('isbn10', 'isbn13', 'goodbooks')"));
            builder.HasKey(i => new { i.BookId, i.Scheme });
            builder.HasIndex(i => new { i.Scheme, i.Value }).IsUnique().HasFilter("released_at IS NULL");
            builder.HasOne(i => i.Book).WithMany(b => b.Identifiers).OnDelete(DeleteBehavior.Cascade);
            builder.HasQueryFilter(i => i.ReleasedAt == null && i.Book!.DeletedAt == null);
        }
    }
}

/// <summary>The kinds of <see cref="BookIdentifier"/>, as stored.</summary>
internal static class IdentifierScheme
{
    internal const string Isbn10 = "isbn10";
    internal const string Isbn13 = "isbn13";

    /// <summary>The number of the book in the goodbooks-10k data set.</summary>
    internal const string Goodbooks = "goodbooks";
}
