using System.Text.Json;
using Microsoft.EntityFrameworkCore;
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
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

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
        demo.AddTo(db, clock.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return demo.Works.Count;
    }

    private void AddTo(PlatformDbContext db, DateTimeOffset now)
    {
        var categories = new Dictionary<string, Category>();
        foreach (var category in Categories)
        {
            categories[category.Slug] = new Category
            {
                Id = Guid.CreateVersion7(now),
                ParentId = category.Parent is null ? null : categories[category.Parent].Id,
                Name = category.Name,
                Slug = category.Slug,
                CreatedAt = now,
                UpdatedAt = now,
            };
        }

        var authors = Authors.ToDictionary(a => a.Name, a => new Author { Id = Guid.CreateVersion7(now), Name = a.Name, CreatedAt = now, UpdatedAt = now });
        db.AddRange(categories.Values);
        db.AddRange(authors.Values);
        foreach (var work in Works)
        {
            var book = new Book
            {
                Id = Guid.CreateVersion7(now),
                Title = work.Title,
                OriginalTitle = work.OriginalTitle,
                SeriesName = work.Series,
                SeriesNumber = work.SeriesNumber,
                Language = work.Language,
                PublishedYear = work.Year,
                Description = work.Description,
                CreatedAt = now,
                UpdatedAt = now,
            };
            book.Authors.AddRange(work.Authors.Select((name, position) => new BookAuthor { BookId = book.Id, AuthorId = authors[name].Id, Position = position }));
            book.Categories.AddRange(work.Categories.Select(slug => new BookCategory { BookId = book.Id, CategoryId = categories[slug].Id }));
            db.Add(book);
        }
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
