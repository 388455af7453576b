using System.Data;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Platform.Api.Data;
using Platform.CacheMap;

namespace Platform.Api.Catalog.Import;

/// <summary>How far an import is.</summary>
/// <param name="File">The file being read.</param>
/// <param name="Rows">Rows read from it.</param>
/// <param name="Share">How much of it that is, 0 to 1.</param>
internal readonly record struct ImportProgress(string File, long Rows, double Share);

/// <summary>What an import has done with one file.</summary>
internal sealed record ImportedFile(string Name, long Rows, TimeSpan Elapsed, ImportCounts Counts);

/// <summary>Reads a folder of the goodbooks-10k data set into the catalogue.</summary>
/// <param name="connectionString">A connection as <c>platform_app</c>.</param>
/// <param name="clock">Dates the rows.</param>
/// <param name="invalidation">Hears of each batch; null where nothing is cached.</param>
internal sealed class GoodbooksImport(string connectionString, TimeProvider clock, CacheInvalidation? invalidation = null)
{
    // A batch is a transaction: what a killed import loses.
    private const int BooksPerBatch = 5_000;
    private const int RatingsPerBatch = 20_000;
    private const int MostAttempts = 5;

    /// <summary>Imports all files of the folder.</summary>
    /// <param name="folder">Holds books.csv, genres.csv and ratings.csv.</param>
    /// <param name="report">Gets what is wrong with the files.</param>
    /// <param name="progress">Hears of every hundredth row, on the importing thread.</param>
    /// <param name="cancellationToken">Stops between batches or within one, which is then undone.</param>
    /// <returns>What was done, a file each.</returns>
    /// <remarks>Safe to repeat, after a kill too: what is there already is not touched.</remarks>
    /// <exception cref="ImportException">The files cannot be read, or another import is at work.</exception>
    internal async Task<IReadOnlyList<ImportedFile>> RunAsync(string folder, ImportReport report, Action<ImportProgress> progress, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw new ImportException($"There is no folder {folder}.");
        }

        // All three are opened before anything is written, so that a missing one is known at once.
        using var books = CsvFile.Open(folder, "books.csv", BookRow.Columns);
        using var genresFile = CsvFile.Open(folder, "genres.csv", [], keepBlankLines: true);
        using var ratings = CsvFile.Open(folder, "ratings.csv", RatingRow.Columns);
        await using var connection = await OpenLockedAsync(cancellationToken);
        report.Start();

        var watch = Stopwatch.StartNew();
        var genres = Genres.Read(genresFile, report, rows => Tell(genresFile, rows, progress));
        var (genreIds, made) = await InTransactionAsync(connection, async _ =>
        {
            var (ids, count, changes) = await genres.EnsureCategoriesAsync(connection, clock, cancellationToken);
            return ((ids, count), changes);
        }, cancellationToken);
        var withdrawn = await FindWithdrawnAsync(connection, cancellationToken);
        return
        [
            // What is made may be more than the genres: the categories above them.
            new(genresFile.Name, genres.Rows, watch.Elapsed, new(made, 0, Math.Max(genreIds.Length - made, 0), 0)),
            await ImportBooksAsync(connection, books, genres, genreIds, withdrawn, report, progress, cancellationToken),
            await ImportRatingsAsync(connection, ratings, withdrawn, report, progress, cancellationToken),
        ];
    }

    private async Task<ImportedFile> ImportBooksAsync(NpgsqlConnection connection, CsvFile file, Genres genres, Guid[] genreIds, HashSet<int> withdrawn,
        ImportReport report, Action<ImportProgress> progress, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var counts = default(ImportCounts);
        var seen = new HashSet<int>();
        long rows = 0;
        for (var more = true; more;)
        {
            var batch = new List<BookRow>(BooksPerBatch);
            while (batch.Count < BooksPerBatch && (more = file.Read()))
            {
                Tell(file, ++rows, progress);
                if (BookRow.Read(file, report) is not { } row)
                {
                    continue;
                }

                if (seen.Add(row.Number))
                {
                    batch.Add(row);
                }
                else
                {
                    report.Reject(file.Name, file.Line, $"book_id {row.Number} stands in an earlier row");
                }
            }

            var (written, problems) = await InTransactionAsync(connection, async attempt =>
            {
                if (attempt > 1)
                {
                    // Perhaps it was a deletion that crossed the first one.
                    withdrawn.UnionWith(await FindWithdrawnAsync(connection, cancellationToken));
                }

                var write = new BookBatch(connection, batch, genres, genreIds, withdrawn, clock.GetUtcNow());
                return ((await write.WriteAsync(cancellationToken), write.Problems), write.Changes);
            }, cancellationToken);
            counts += written;
            foreach (var (line, problem) in problems)
            {
                report.Drop(file.Name, line, problem);
            }
        }

        return new(file.Name, rows, watch.Elapsed, counts);
    }

    private async Task<ImportedFile> ImportRatingsAsync(NpgsqlConnection connection, CsvFile file, HashSet<int> withdrawn,
        ImportReport report, Action<ImportProgress> progress, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var counts = default(ImportCounts);
        var books = await FindBooksAsync(connection, cancellationToken);
        var readers = await RatingBatch.FindReadersAsync(connection, cancellationToken);
        var seen = new HashSet<(int Reader, int Book)>();
        long rows = 0;
        for (var more = true; more;)
        {
            var batch = new List<(RatingRow, Guid)>(RatingsPerBatch);
            while (batch.Count < RatingsPerBatch && (more = file.Read()))
            {
                Tell(file, ++rows, progress);
                if (RatingRow.Read(file, report) is not { } row)
                {
                    continue;
                }

                if (!seen.Add((row.Reader, row.Book)))
                {
                    report.Reject(file.Name, file.Line, $"reader {row.Reader} rates book {row.Book} in an earlier row");
                }
                else if (books.TryGetValue(row.Book, out var book))
                {
                    batch.Add((row, book));
                }
                else if (withdrawn.Contains(row.Book))
                {
                    counts += new ImportCounts(0, 0, 0, Withdrawn: 1);
                }
                else
                {
                    report.Reject(file.Name, file.Line, $"there is no book {row.Book}");
                }
            }

            var (written, known) = await InTransactionAsync(connection, async attempt =>
            {
                var before = attempt == 1 ? readers : await RatingBatch.FindReadersAsync(connection, cancellationToken);
                var write = new RatingBatch(connection, batch, before, clock.GetUtcNow());
                // Of users and reviews nothing is cached.
                return ((await write.WriteAsync(cancellationToken), before.Concat(write.NewReaders)), new CacheChanges());
            }, cancellationToken);
            counts += written;
            readers = new(known);
        }

        return new(file.Name, rows, watch.Elapsed, counts);
    }

    // Nothing of an attempt that another writer crossed remains, so it may be repeated as a whole.
    private async Task<T> InTransactionAsync<T>(NpgsqlConnection connection, Func<int, Task<(T Result, CacheChanges Changes)>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            try
            {
                var (result, changes) = await work(attempt);
                await CommitAsync(connection, transaction, changes, cancellationToken);
                return result;
            }
            catch (Exception e) when (e is DBConcurrencyException
                or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected })
            {
                await transaction.RollbackAsync(cancellationToken);
                if (attempt == MostAttempts)
                {
                    throw new ImportException("Others kept changing the same books; start the import again.", e);
                }
            }
        }
    }

    private async Task CommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CacheChanges changes, CancellationToken cancellationToken)
    {
        try
        {
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception e) when (invalidation is not null)
        {
            await invalidation.FailedAsync(changes, e);
            throw;
        }

        if (invalidation is not null)
        {
            await invalidation.CommittedAsync(changes, changes.IsEmpty ? null : await CommitSnapshot.ReadAsync(connection));
        }
    }

    // The lock is the session's: an import that is killed gives it up as soon as the server notices, which the few
    // seconds are for.
    private async Task<NpgsqlConnection> OpenLockedAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.Command("SET lock_timeout = '5s'; SELECT pg_advisory_lock(hashtext('platform import')); RESET lock_timeout", []);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await connection.DisposeAsync();
            throw new ImportException("Another import is at work on this database; start again when it has ended.", e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // Numbers of books that were deleted here and whose number no other book has got since.
    private static async Task<HashSet<int>> FindWithdrawnAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        [.. (await FindNumbersAsync(connection, "released_at IS NOT NULL", cancellationToken)).Keys];

    private static Task<Dictionary<int, Guid>> FindBooksAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        FindNumbersAsync(connection, "released_at IS NULL", cancellationToken);

    private static async Task<Dictionary<int, Guid>> FindNumbersAsync(NpgsqlConnection connection, string condition, CancellationToken cancellationToken)
    {
        var numbers = new Dictionary<int, Guid>();
        await using var command = connection.Command($"SELECT value, book_id FROM catalog.book_identifiers WHERE scheme = 'goodbooks' AND {condition}", []);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // Others than the import may have written the number, whatever it looks like.
            if (int.TryParse(reader.GetString(0), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                numbers[number] = reader.GetGuid(1);
            }
        }

        return numbers;
    }

    private static void Tell(CsvFile file, long rows, Action<ImportProgress> progress)
    {
        if (rows % 100 == 0)
        {
            progress(new(file.Name, rows, file.Share));
        }
    }
}
