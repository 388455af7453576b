using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.AI;
using Npgsql;
using Pgvector;
using Platform.Api.Data;
using Platform.Api.Embeddings;

namespace Platform.Api.Catalog.Embeddings;

/// <summary>
/// Keeps <c>catalog.book_embeddings</c> true to the books. A batch is one transaction: take changes off the queue, read
/// the texts, store the vectors. A crash anywhere puts the changes back. One batch runs at a time in all processes
/// together: two could store the vectors of one book in the wrong order.
/// </summary>
internal sealed class EmbeddingWorker(
    IServiceScopeFactory scopes, IEmbeddingGenerator<string, Embedding<float>> generator, EmbeddingTelemetry telemetry,
    TimeProvider time, ILogger<EmbeddingWorker> logger) : BackgroundService
{
    private const int BatchSize = 500;

    // "embed" in ASCII: any number will do that nothing else in this database locks.
    private const long BatchLock = 0x65_6D_62_65_64;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestStatement = TimeSpan.FromMinutes(5);

    private readonly string _model = generator.ModelId();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = Idle;
        var missingQueued = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                missingQueued = missingQueued || await QueueBooksWithoutVectorAsync(stoppingToken);
                telemetry.Pending = await CountPendingAsync(stoppingToken);
                var busy = telemetry.Pending > 0 && await EmbedBatchAsync(stoppingToken);
                backoff = Idle;
                if (!busy)
                    await Task.Delay(Idle, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                telemetry.BatchFailed();
                EmbeddingLog.BatchFailed(logger, backoff.TotalSeconds, error);
                await Task.Delay(backoff, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                backoff = TimeSpan.FromTicks(Math.Min(backoff.Ticks * 2, LongestBackoff.Ticks));
            }
        }
    }

    // Those of another model, and those of books that came when no trigger saw them, such as a restored table.
    private async Task<bool> QueueBooksWithoutVectorAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        await using var transaction = await db.BeginLongAsync(LongestStatement, cancellationToken);
        if (!await TryLockAsync(db, cancellationToken))
            return false;
        var queued = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO catalog.book_embedding_queue (book_id)
            SELECT b.id FROM catalog.books b
            WHERE b.deleted_at IS NULL
              AND NOT EXISTS (SELECT FROM catalog.book_embeddings e WHERE e.book_id = b.id AND e.model = {_model})
              AND NOT EXISTS (SELECT FROM catalog.book_embedding_queue q WHERE q.book_id = b.id)
            """, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (queued > 0)
            EmbeddingLog.Queued(logger, queued, _model);
        return true;
    }

    private async Task<long> CountPendingAsync(CancellationToken cancellationToken)
    {
        // Not recorded, and so neither is what happens below it: a trace a second that nothing happened helps nobody.
        using var untraced = new Activity("embeddings.poll").Start();
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PlatformDbContext>().Database
            .SqlQuery<long>($"SELECT count(*) AS \"Value\" FROM catalog.book_embedding_queue").SingleAsync(cancellationToken);
    }

    /// <returns>False when there was nothing to take, or another process is at it.</returns>
    private async Task<bool> EmbedBatchAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        await using var transaction = await db.BeginLongAsync(LongestStatement, cancellationToken);
        if (!await TryLockAsync(db, cancellationToken))
            return false;

        // Before the texts are read: what is written afterwards leaves a change of its own in the queue.
        var ids = await db.Database.SqlQuery<Guid>($"""
            WITH due AS (SELECT DISTINCT book_id FROM
                (SELECT book_id FROM catalog.book_embedding_queue ORDER BY id LIMIT {BatchSize}) oldest),
            taken AS (DELETE FROM catalog.book_embedding_queue q USING due WHERE q.book_id = due.book_id RETURNING q.book_id)
            SELECT DISTINCT book_id AS "Value" FROM taken
            """).ToArrayAsync(cancellationToken);
        var texts = await BookText.ReadAsync(db, ids, cancellationToken);
        var gone = ids.Except(texts.Select(text => text.Id)).ToArray();
        db.ChangesInTransaction().AddRows("catalog.book_embeddings", "book_id", gone);
        if (gone.Length > 0)
            await db.BookEmbeddings.IgnoreQueryFilters().Where(e => gone.Contains(e.BookId)).ExecuteDeleteAsync(cancellationToken);

        var stored = await db.BookEmbeddings.IgnoreQueryFilters().Where(e => ids.Contains(e.BookId) && e.Model == _model)
            .ToDictionaryAsync(e => e.BookId, e => e.TextHash, cancellationToken);
        var changed = texts.Select(text => (Text: text, Hash: text.Hash()))
            .Where(item => !stored.TryGetValue(item.Text.Id, out var hash) || !hash.AsSpan().SequenceEqual(item.Hash))
            .ToList();
        if (changed.Count > 0)
        {
            var vectors = await generator.GenerateAsync(changed.Select(item => item.Text.Text), cancellationToken: cancellationToken);
            db.ChangesInTransaction().AddRows("catalog.book_embeddings", "book_id", changed.Select(item => item.Text.Id));
            await StoreAsync(transaction, changed, vectors, cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        telemetry.BatchStored(changed.Count, time.GetElapsedTime(started));
        return ids.Length > 0;
    }

    private async Task StoreAsync(
        IDbContextTransaction transaction, List<(BookText Text, byte[] Hash)> items, GeneratedEmbeddings<Embedding<float>> vectors,
        CancellationToken cancellationToken)
    {
        var inner = (NpgsqlTransaction)transaction.GetDbTransaction();
        await using var command = new NpgsqlCommand("""
            INSERT INTO catalog.book_embeddings (book_id, model, text_hash, embedding)
            SELECT id, $1, hash, vector FROM unnest($2, $3, $4) AS item (id, hash, vector)
            ON CONFLICT (book_id) DO UPDATE
            SET model = excluded.model, text_hash = excluded.text_hash, embedding = excluded.embedding
            """, inner.Connection, inner)
        {
            CommandTimeout = (int)LongestStatement.TotalSeconds,
            Parameters =
            {
                new() { Value = _model },
                new() { Value = items.Select(item => item.Text.Id).ToArray() },
                new() { Value = items.Select(item => item.Hash).ToArray() },
                new() { Value = vectors.Select(vector => new Vector(vector.Vector)).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Task<bool> TryLockAsync(PlatformDbContext db, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock({BatchLock}) AS \"Value\"").SingleAsync(cancellationToken);
}
