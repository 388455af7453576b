using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Catalog;

/// <summary>A book in the global, shared catalogue.</summary>
internal sealed class Book
{
    /// <summary>Longest title, subtitle, publisher or name, in UTF-16 units; keeps an index entry under its limit of 2,704 bytes.</summary>
    internal const int MaxNameLength = 500;

    /// <summary>Longest description, in UTF-16 units.</summary>
    internal const int MaxDescriptionLength = 20_000;

    public Guid Id { get; init; }

    public required string Title { get; set; }

    public string? Subtitle { get; set; }

    /// <summary>The title of the first edition in its own language.</summary>
    public string? OriginalTitle { get; set; }

    public string? SeriesName { get; set; }

    /// <summary>Place in the series; fractions are for stories between two books.</summary>
    public decimal? SeriesNumber { get; set; }

    /// <summary>BCP 47, for example <c>en</c> or <c>pt-BR</c>.</summary>
    public string? Language { get; set; }

    /// <summary>Year of first publication; negative is BC.</summary>
    public int? PublishedYear { get; set; }

    public string? Publisher { get; set; }

    public string? Description { get; set; }

    public string? CoverUrl { get; set; }

    /// <summary>0 to 5, two decimals.</summary>
    public decimal? AverageRating { get; set; }

    public long RatingsCount { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Set when the book was deleted; every read then passes over it.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>PostgreSQL's <c>xmin</c>: changes with each update of the row.</summary>
    public uint Version { get; init; }

    public List<BookAuthor> Authors { get; } = [];

    public List<BookCategory> Categories { get; } = [];

    public List<BookTranslation> Translations { get; } = [];

    public List<BookIdentifier> Identifiers { get; } = [];

    private sealed class Configuration : IEntityTypeConfiguration<Book>
    {
        public void Configure(EntityTypeBuilder<Book> builder)
        {
            builder.ToTable("books", CatalogSchema.Name, table =>
            {
                table.HasCheckConstraint("ck_books_title", "title <> ''");
                table.HasCheckConstraint("ck_books_average_rating", "average_rating BETWEEN 0 AND 5");
                table.HasCheckConstraint("ck_books_ratings_count", "ratings_count >= 0");
            });
            builder.Property(b => b.Id).ValueGeneratedNever();
            builder.Property(b => b.Title).UseCollation(CatalogSchema.HumanOrder);
            builder.Property(b => b.SeriesNumber).HasPrecision(6, 2);
            builder.Property(b => b.AverageRating).HasPrecision(3, 2);
            builder.Property(b => b.RatingsCount).HasDefaultValue(0L);
            builder.Property(b => b.Version).HasColumnName("xmin").IsRowVersion();

            // One index a sort order of GET /books, the id breaking ties; the one by year is an expression index in
            // the migration (unknown years sort last).
            builder.HasIndex(b => new { b.Title, b.Id }).HasFilter("deleted_at IS NULL");
            builder.HasIndex(b => new { b.RatingsCount, b.Id }).HasFilter("deleted_at IS NULL");
            // The books of one year, which may be few, by title.
            builder.HasIndex(b => new { b.PublishedYear, b.Title, b.Id }).HasFilter("deleted_at IS NULL");
            // Counts leave out the deleted, which are few, in place of looking up all the others.
            builder.HasIndex(b => b.Id).HasFilter("deleted_at IS NOT NULL").HasDatabaseName("ix_books_deleted");
            builder.HasQueryFilter(b => b.DeletedAt == null);
        }
    }
}
