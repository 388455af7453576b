using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Platform.Api.Data;

namespace Platform.Api.Catalog.Demo;

/// <summary>
/// Works in the public domain that a catalogue starts with in development, from <c>demo-catalogue.json</c> beside this
/// file. The years of works older than print are those in which they were probably written.
/// </summary>
/// <param name="Categories">The tree of categories; a parent stands before its children.</param>
/// <param name="Authors">Everybody that a work names.</param>
/// <param name="Works">The works.</param>
internal sealed record DemoCatalogue(IReadOnlyList<DemoCategory> Categories, IReadOnlyList<DemoAuthor> Authors, IReadOnlyList<DemoWork> Works)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Reads the file, which is part of the assembly.</summary>
    internal static DemoCatalogue Read()
    {
        using var file = typeof(DemoCatalogue).Assembly.GetManifestResourceStream("demo-catalogue.json")!;
        return JsonSerializer.Deserialize<DemoCatalogue>(file, Json)!;
    }

    /// <summary>Stores the works when the catalogue holds no book, author or category, deleted ones included.</summary>
    /// <param name="db">A context as a role that may write the catalogue.</param>
    /// <param name="clock">Dates the rows.</param>
    /// <param name="cancellationToken">Stops; nothing is then stored.</param>
    /// <returns>How many works were stored; 0 when the catalogue was not empty.</returns>
    internal static async Task<int> LoadIfEmptyAsync(PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Two that load at once: the second waits here and then finds the catalogue filled.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('platform demo'))", cancellationToken);
        if (await db.Books.IgnoreQueryFilters().AnyAsync(cancellationToken)
            || await db.Authors.IgnoreQueryFilters().AnyAsync(cancellationToken)
            || await db.Categories.IgnoreQueryFilters().AnyAsync(cancellationToken))
        {
            return 0;
        }

        var demo = Read();
        await demo.CopyAsync((NpgsqlConnection)db.Database.GetDbConnection(), clock.GetUtcNow(), cancellationToken);
        // Where there was nothing, "nothing" may be cached under any name.
        db.ChangesInTransaction().AddEverything();
        await transaction.CommitAsync(cancellationToken);
        return demo.Works.Count;
    }

    // One statement a table: the triggers that keep the search documents run once for each.
    private async Task CopyAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var categories = Categories.ToDictionary(c => c.Slug, _ => Guid.CreateVersion7(now));
        var authors = Authors.ToDictionary(a => a.Name, _ => Guid.CreateVersion7(now));
        var works = Works.Select(work => (Id: Guid.CreateVersion7(now), Work: work)).ToList();

        await connection.CopyAsync("COPY catalog.categories (id, parent_id, name, slug, created_at, updated_at) FROM STDIN (FORMAT BINARY)", Categories, async (copy, category) =>
        {
            await copy.WriteAsync(categories[category.Slug], NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteOrNullAsync(category.Parent is null ? default(Guid?) : categories[category.Parent], NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(category.Name, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(category.Slug, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);

        await connection.CopyAsync("COPY catalog.authors (id, name, created_at, updated_at) FROM STDIN (FORMAT BINARY)", authors, async (copy, author) =>
        {
            await copy.WriteAsync(author.Value, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(author.Key, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);

        await connection.CopyAsync("""
            COPY catalog.books (id, title, original_title, series_name, series_number, language, published_year, description, created_at, updated_at)
            FROM STDIN (FORMAT BINARY)
            """, works, async (copy, row) =>
        {
            await copy.WriteAsync(row.Id, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(row.Work.Title, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteOrNullAsync(row.Work.OriginalTitle, cancellationToken);
            await copy.WriteOrNullAsync(row.Work.Series, cancellationToken);
            await copy.WriteOrNullAsync(row.Work.SeriesNumber, NpgsqlDbType.Numeric, cancellationToken);
            await copy.WriteAsync(row.Work.Language, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteOrNullAsync(row.Work.Year, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(row.Work.Description, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);

        var links = works.SelectMany(row => row.Work.Authors.Select((name, position) => (row.Id, Author: authors[name], Position: position))).ToList();
        await connection.CopyAsync("COPY catalog.book_authors (book_id, author_id, position) FROM STDIN (FORMAT BINARY)", links, async (copy, link) =>
        {
            await copy.WriteAsync(link.Id, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(link.Author, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(link.Position, NpgsqlDbType.Integer, cancellationToken);
        }, cancellationToken);

        var filed = works.SelectMany(row => row.Work.Categories.Select(slug => (row.Id, Category: categories[slug]))).ToList();
        await connection.CopyAsync("COPY catalog.book_categories (book_id, category_id) FROM STDIN (FORMAT BINARY)", filed, async (copy, link) =>
        {
            await copy.WriteAsync(link.Id, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(link.Category, NpgsqlDbType.Uuid, cancellationToken);
        }, cancellationToken);
    }
}

/// <summary>A category of the demo catalogue.</summary>
internal sealed record DemoCategory(string Slug, string Name, string? Parent = null);

/// <summary>Somebody who wrote; years are negative before our era and null where nobody knows them.</summary>
internal sealed record DemoAuthor(string Name, int? Born = null, int? Died = null);

/// <summary>A work under the title by which English readers know it.</summary>
/// <param name="Title">That title.</param>
/// <param name="Authors">Names out of <see cref="DemoCatalogue.Authors"/>; none where nobody knows.</param>
/// <param name="Language">The language it was written in, BCP 47.</param>
/// <param name="Categories">Slugs out of <see cref="DemoCatalogue.Categories"/>.</param>
/// <param name="Description">One sentence.</param>
/// <param name="OriginalTitle">Where it differs from the title.</param>
/// <param name="Year">Of first publication; negative before our era; null where it cannot be told.</param>
/// <param name="Series">The series it belongs to.</param>
/// <param name="SeriesNumber">Its place in the series.</param>
internal sealed record DemoWork(string Title, IReadOnlyList<string> Authors, string Language, IReadOnlyList<string> Categories, string Description,
    string? OriginalTitle = null, int? Year = null, string? Series = null, decimal? SeriesNumber = null);
