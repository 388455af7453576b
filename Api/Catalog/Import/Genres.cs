using System.Globalization;
using Npgsql;
using Platform.CacheMap;

namespace Platform.Api.Catalog.Import;

/// <summary>The genres of genres.csv: which category each is, and which book is how much of it.</summary>
internal sealed class Genres
{
    // What the columns are called for people, and where each hangs in the tree of categories. A genre that is not here
    // becomes a category at the top, named after its column.
    private static readonly Dictionary<string, (string Name, string? Parent)> Tree = new()
    {
        ["fiction"] = ("Fiction", null),
        ["chick-lit"] = ("Chick Lit", "fiction"),
        ["contemporary"] = ("Contemporary", "fiction"),
        ["crime"] = ("Crime", "fiction"),
        ["fantasy"] = ("Fantasy", "fiction"),
        ["historical-fiction"] = ("Historical Fiction", "fiction"),
        ["horror"] = ("Horror", "fiction"),
        ["mystery"] = ("Mystery", "crime"),
        ["paranormal"] = ("Paranormal", "fantasy"),
        ["romance"] = ("Romance", "fiction"),
        ["science-fiction"] = ("Science Fiction", "fiction"),
        ["suspense"] = ("Suspense", "thriller"),
        ["thriller"] = ("Thriller", "fiction"),
        ["nonfiction"] = ("Nonfiction", null),
        ["art"] = ("Art", "nonfiction"),
        ["biography"] = ("Biography", "nonfiction"),
        ["business"] = ("Business", "nonfiction"),
        ["christian"] = ("Christian", "religion"),
        ["cookbooks"] = ("Cookbooks", "nonfiction"),
        ["history"] = ("History", "nonfiction"),
        ["memoir"] = ("Memoir", "biography"),
        ["music"] = ("Music", "art"),
        ["philosophy"] = ("Philosophy", "nonfiction"),
        ["psychology"] = ("Psychology", "nonfiction"),
        ["religion"] = ("Religion", "nonfiction"),
        ["science"] = ("Science", "nonfiction"),
        ["self-help"] = ("Self-Help", "nonfiction"),
        ["spirituality"] = ("Spirituality", "religion"),
        ["sports"] = ("Sports", "nonfiction"),
        ["travel"] = ("Travel", "nonfiction"),
        ["comics"] = ("Comics", null),
        ["graphic-novels"] = ("Graphic Novels", "comics"),
        ["manga"] = ("Manga", "comics"),
        ["classics"] = ("Classics", null),
        ["poetry"] = ("Poetry", null),
        ["young-adult"] = ("Young Adult", null),
    };

    private readonly IReadOnlyList<string> _slugs;
    private readonly List<(int Genre, float Weight)[]?> _books;

    private Genres(IReadOnlyList<string> slugs, List<(int, float)[]?> books) => (_slugs, _books) = (slugs, books);

    /// <summary>Reads the whole file: row i after the header belongs to book i.</summary>
    /// <param name="file">The file, opened so that blank lines count.</param>
    /// <param name="report">Gets the rows that are not sound.</param>
    /// <param name="progress">Hears how many rows are read.</param>
    internal static Genres Read(CsvFile file, ImportReport report, Action<int> progress)
    {
        if (file.Header.FirstOrDefault(slug => !IsSlug(slug)) is { } bad)
        {
            throw new ImportException($"{file.Name} has a column '{bad}': its columns are genres, each lower-case words joined by hyphens.");
        }

        if (file.Header.Distinct().Count() != file.Header.Count)
        {
            throw new ImportException($"{file.Name} names a genre twice in its first line.");
        }

        var books = new List<(int, float)[]?>();
        while (file.Read())
        {
            books.Add(ReadRow(file, report));
            progress(books.Count);
        }

        return new Genres(file.Header, books);
    }

    /// <summary>How many rows the file had.</summary>
    internal int Rows => _books.Count;

    /// <summary>The categories of the genres, by column; made where there is no live category of that slug.</summary>
    /// <returns>The ids by column, how many categories were made, and what the cache must be told once that is committed.</returns>
    internal async Task<(Guid[] Ids, int Made, CacheChanges Changes)> EnsureCategoriesAsync(
        NpgsqlConnection connection, TimeProvider clock, CancellationToken cancellationToken)
    {
        var made = new List<Guid>();
        var ids = new Dictionary<string, Guid>();
        foreach (var slug in _slugs)
        {
            await EnsureAsync(slug);
        }

        var changes = new CacheChanges();
        changes.AddRows("catalog.categories", "id", made);
        return ([.. _slugs.Select(slug => ids[slug])], made.Count, changes);

        async Task<Guid> EnsureAsync(string slug)
        {
            if (ids.TryGetValue(slug, out var known))
            {
                return known;
            }

            var (name, parent) = Tree.GetValueOrDefault(slug, (slug, null));
            object parentId = parent is null ? DBNull.Value : await EnsureAsync(parent);
            // Between the two halves another writer may make the slug: then the insert does nothing and the next turn finds it.
            await using var command = new NpgsqlCommand("""
                WITH made AS (
                    INSERT INTO catalog.categories (id, parent_id, name, slug, created_at, updated_at)
                    SELECT $1, $2, $3, $4, $5, $5
                    WHERE NOT EXISTS (SELECT FROM catalog.categories WHERE slug = $4 AND deleted_at IS NULL)
                    ON CONFLICT (slug) WHERE deleted_at IS NULL DO NOTHING
                    RETURNING id)
                SELECT id, true FROM made UNION ALL SELECT id, false FROM catalog.categories WHERE slug = $4 AND deleted_at IS NULL
                """, connection)
            {
                Parameters =
                {
                    new() { Value = Guid.CreateVersion7(clock.GetUtcNow()) }, new() { Value = parentId, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid },
                    new() { Value = name }, new() { Value = slug }, new() { Value = clock.GetUtcNow() },
                },
            };
            while (true)
            {
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                if (await reader.ReadAsync(cancellationToken))
                {
                    ids[slug] = reader.GetGuid(0);
                    if (reader.GetBoolean(1))
                    {
                        made.Add(ids[slug]);
                    }

                    return ids[slug];
                }
            }
        }
    }

    /// <summary>The genres of a book with how strongly it belongs to each; null when the file has no sound row for it.</summary>
    /// <param name="number">The book's number in the data set, from 1.</param>
    internal IReadOnlyList<(int Genre, float Weight)>? Of(int number) => number <= _books.Count ? _books[number - 1] : null;

    private static (int, float)[]? ReadRow(CsvFile file, ImportReport report)
    {
        if (file.Problem is { } problem)
        {
            report.Reject(file.Name, file.Line, problem);
            return null;
        }

        var weights = new List<(int, float)>();
        for (var genre = 0; genre < file.Header.Count; genre++)
        {
            var text = file.Field(genre);
            if (!float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) || !float.IsFinite(weight) || weight < 0)
            {
                report.Reject(file.Name, file.Line, $"the weight '{text}' of {file.Header[genre]} is not a number from 0");
                return null;
            }

            if (weight > 0)
            {
                weights.Add((genre, weight));
            }
        }

        return [.. weights];
    }

    private static bool IsSlug(string text) =>
        text != "" && text.Split('-').All(word => word != "" && word.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)));
}
