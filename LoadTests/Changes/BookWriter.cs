using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using Npgsql.Replication.PgOutput.Messages;

namespace Platform.LoadTests.Changes;

/// <summary>Changes books, so many a second, evenly, one a transaction; each book's publisher is the number of its changes.</summary>
internal sealed class BookWriter(NpgsqlDataSource source, Guid[] books, int perSecond)
{
    /// <summary>What is written: it is part of what subscribers are told, and of nothing that the database derives.</summary>
    internal const string Column = "publisher";

    private const int Workers = 8;
    private readonly ConcurrentDictionary<(string Topic, string Content), long> _committed = [];
    private int _failures;

    /// <summary>Commits whose outcome is not known, or that were refused.</summary>
    internal int Failures => _failures;

    /// <summary>When the commit was acknowledged that wrote it, as a <see cref="Stopwatch"/> timestamp; null when nobody knows.</summary>
    internal long? CommittedAt(string topic, string content) => _committed.TryGetValue((topic, content), out var at) ? at : null;

    /// <summary>The topic of a book.</summary>
    internal static string Topic(Guid book) => $"books/{book}";

    /// <summary>What it wrote, as the bare protocol tells it.</summary>
    internal static async Task<(string Id, string Content)> ReadAsync(UpdateMessage update, CancellationToken cancellationToken)
    {
        var (id, content, column) = ("", "", 0);
        await foreach (var value in update.NewRow)
        {
            var name = update.Relation.Columns[column++].ColumnName;
            if (name == "id")
                id = await value.Get<string>(cancellationToken);
            else if (name == Column)
                content = await value.Get<string>(cancellationToken);
        }

        return (id, content);
    }

    /// <summary>Makes books.</summary>
    internal static async Task<Guid[]> CreateBooksAsync(NpgsqlDataSource source, int count, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("""
            INSERT INTO catalog.books (id, title, publisher, created_at, updated_at)
            SELECT gen_random_uuid(), 'Book ' || n, '0', now(), now() FROM generate_series(1, $1) n RETURNING id
            """);
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<Guid> books = [];
        while (await reader.ReadAsync(cancellationToken))
            books.Add(reader.GetGuid(0));
        return [.. books];
    }

    /// <summary>Writes until it is told to stop. What fails is tried again later, so that a server may go and come back; what was not written meanwhile is not made up for.</summary>
    internal async Task WriteAsync(CancellationToken stop)
    {
        var number = -1L;
        var interval = TimeSpan.FromSeconds((double)Workers / perSecond);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var began = Stopwatch.GetTimestamp();
            for (var due = interval * worker / Workers; !stop.IsCancellationRequested; due += interval)
            {
                var now = Stopwatch.GetElapsedTime(began);
                if (due > now)
                    await Task.Delay(due - now, CancellationToken.None);
                else if (now - due > TimeSpan.FromSeconds(1))
                    due = now;
                // In turns: each topic hears as much as any other.
                await ChangeAsync(books[Interlocked.Increment(ref number) % books.Length]);
            }
        }, CancellationToken.None)));
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever fails: the database's own account says whether it was committed.")]
    private async Task ChangeAsync(Guid book)
    {
        try
        {
            await using var command = source.CreateCommand($"UPDATE catalog.books SET {Column} = {Column}::int + 1, updated_at = now() WHERE id = $1 RETURNING {Column}");
            command.Parameters.Add(new() { Value = book });
            var content = (string)(await command.ExecuteScalarAsync(CancellationToken.None))!;
            _committed[(Topic(book), content)] = Stopwatch.GetTimestamp();
        }
        catch (Exception)
        {
            Interlocked.Increment(ref _failures);
            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }
    }
}
