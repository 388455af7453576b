using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Pgvector;
using Pgvector.EntityFrameworkCore;
using Platform.Api.Catalog.Books;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Embeddings;
using Platform.Api.Http;
using Platform.CacheMap;

namespace Platform.Api.Catalog.Embeddings;

/// <summary><c>GET /books/{id}/similar</c>.</summary>
internal static class SimilarBooks
{
    private const int DefaultLimit = 10;
    private const int MaxLimit = 50;

    internal static void MapSimilarBooks(this RouteGroupBuilder api) =>
        api.MapRead("/books/{id}/similar", Get).WithTags("Books")
            .WithSummary("Books about the same, the nearest first.").AnswersInvalid().AnswersNotFound();

    private static Results<CachedRead<Answer>, ProblemHttpResult> Get(Guid id, [Range(1, MaxLimit), Description("1 to 50; 10 when absent.")] int? limit) =>
        limit is < 1 or > MaxLimit
            ? Problems.Invalid("limit", $"limit must be a whole number from 1 to {MaxLimit}.")
            : new CachedRead<Answer>(CachePolicies.Similar, CacheKeys.Similar(id, limit ?? DefaultLimit), "book", (load, cancellationToken) =>
                FindAsync(id, limit ?? DefaultLimit, load.Db, load.Get<IEmbeddingGenerator<string, Embedding<float>>>(), cancellationToken));

    private static async Task<Answer?> FindAsync(
        Guid id, int limit, PlatformDbContext db, IEmbeddingGenerator<string, Embedding<float>> generator, CancellationToken cancellationToken)
    {
        if (await NearestAsync(id, limit, db, generator, cancellationToken) is not { } found)
            return null;

        var nearest = found.Select(one => one.Book).ToList();
        var books = await db.Books.Where(b => nearest.Contains(b.Id)).Select(BookSummary.FromBook).ToListAsync(cancellationToken);
        return new Answer([.. books.OrderBy(book => nearest.IndexOf(book.Id))]);
    }

    /// <summary>The books whose text is nearest to a book's, the nearest first; null when there is no such book.</summary>
    internal static async Task<IReadOnlyList<(Guid Book, double Similarity)>?> NearestAsync(
        Guid id, int limit, PlatformDbContext db, IEmbeddingGenerator<string, Embedding<float>> generator, CancellationToken cancellationToken)
    {
        if (await FindVectorAsync(id, db, generator, cancellationToken) is not { } vector)
            return null;

        var model = generator.ModelId();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // The index looks at this many candidates and, when the filter leaves too few, goes on looking.
        await db.Database.ExecuteSqlAsync($"SET LOCAL hnsw.ef_search = 100; SET LOCAL hnsw.iterative_scan = strict_order", cancellationToken);
        var nearest = await db.BookEmbeddings.Where(e => e.Model == model && e.BookId != id)
            .OrderBy(e => e.Embedding.CosineDistance(vector))
            .Take(limit)
            .Select(e => new { e.BookId, Distance = e.Embedding.CosineDistance(vector) })
            .ToListAsync(cancellationToken);
        return [.. nearest.Select(one => (one.BookId, Math.Max(0, 1 - one.Distance)))];
    }

    // A book so new that the worker has not come to it gets its vector here, for this answer only.
    private static async Task<Vector?> FindVectorAsync(
        Guid id, PlatformDbContext db, IEmbeddingGenerator<string, Embedding<float>> generator, CancellationToken cancellationToken)
    {
        var model = generator.ModelId();
        var stored = await db.BookEmbeddings.Where(e => e.BookId == id && e.Model == model)
            .Select(e => e.Embedding).FirstOrDefaultAsync(cancellationToken);
        if (stored is not null)
            return stored;
        var text = (await BookText.ReadAsync(db, [id], cancellationToken)).SingleOrDefault();
        return text is null ? null : new Vector(await generator.GenerateVectorAsync(text.Text, cancellationToken: cancellationToken));
    }

    /// <summary>Books, the most similar first.</summary>
    internal sealed record Answer(IReadOnlyList<BookSummary> Items);
}
