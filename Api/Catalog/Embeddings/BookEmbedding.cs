using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pgvector;
using Platform.Api.Embeddings;

namespace Platform.Api.Catalog.Embeddings;

/// <summary>What a book is about, as a vector. Compare it only with vectors of the same model.</summary>
internal sealed class BookEmbedding
{
    public Guid BookId { get; init; }

    /// <summary>The model that made the vector.</summary>
    public required string Model { get; set; }

    /// <summary>SHA-256 of the text that the vector was made of (<see cref="BookText"/>).</summary>
    public required byte[] TextHash { get; set; }

    /// <summary>Of length 1.</summary>
    public required Vector Embedding { get; set; }

    public Book? Book { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<BookEmbedding>
    {
        public void Configure(EntityTypeBuilder<BookEmbedding> builder)
        {
            builder.ToTable("book_embeddings", CatalogSchema.Name);
            builder.HasKey(e => e.BookId);
            builder.Property(e => e.Embedding).HasColumnType($"vector({LocalEmbedding.Dimensions})");
            builder.HasIndex(e => e.Embedding).HasMethod("hnsw").HasOperators("vector_cosine_ops");
            builder.HasOne(e => e.Book).WithOne().HasForeignKey<BookEmbedding>(e => e.BookId).OnDelete(DeleteBehavior.Cascade);
            builder.HasQueryFilter(e => e.Book!.DeletedAt == null);
        }
    }
}
