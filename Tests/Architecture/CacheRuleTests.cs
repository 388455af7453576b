using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.CacheMap;
using Platform.Tests.Support;

namespace Platform.Tests.Architecture;

/// <summary>
/// What is written past EF's change tracker is not seen by the interceptor: whoever does so says which rows it writes
/// (<see cref="CacheChanges.AddRows"/>), in the same file.
/// </summary>
public sealed partial class CacheRuleTests
{
    // File and table, with the reason why nobody needs to be told.
    private static readonly Dictionary<(string File, string Table), string> Exempt = new()
    {
        [("CategoryCounts.cs", "catalog.category_counts")] = "the migration that makes the table fills it; nobody has read it yet",
        [("RatingBatch.cs", "identity.users")] = "readers who are imported cannot log in",
        [("Login.cs", "identity.users")] = "counts wrong passwords and locks logins out for a time: sessions that live go on",
    };

    [Fact]
    public void Whoever_writes_a_cached_table_by_sql_tells_the_cache()
    {
        var forgotten = Directory.EnumerateFiles(Path.Combine(Repository.Root, "Api"), "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".sql" && !file.Contains("Migrations", StringComparison.Ordinal))
            .SelectMany(file => Forgotten(File.ReadAllText(file)).Select(table => (File: Path.GetFileName(file), table)))
            .Except(Exempt.Keys);

        Assert.Empty(forgotten);
    }

    [Fact]
    public void No_exemption_has_outlived_its_statement()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "Api"), "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".sql").ToLookup(file => Path.GetFileName(file));

        Assert.All(Exempt.Keys, exempt => Assert.Contains(files[exempt.File], file => Forgotten(File.ReadAllText(file)).Contains(exempt.Table)));
    }

    [Theory]
    [InlineData("await db.Books.Where(b => b.Id == id).ExecuteUpdateAsync(set => set.SetProperty(b => b.Title, title));", "catalog.books")]
    [InlineData("await db.BookEmbeddings.IgnoreQueryFilters()\n    .Where(e => gone.Contains(e.BookId)).ExecuteDeleteAsync();", "catalog.book_embeddings")]
    [InlineData("context.Set<Author>().ExecuteDelete();", "catalog.authors")]
    [InlineData("$\"\"\"\n    update catalog.books b SET title = {title}\n\"\"\"", "catalog.books")]
    [InlineData("\"DELETE FROM ONLY catalog.book_authors WHERE book_id = $1\"", "catalog.book_authors")]
    [InlineData("\"WITH gone AS (DELETE\nFROM catalog.categories RETURNING id) SELECT\"", "catalog.categories")]
    [InlineData("\"COPY catalog.authors (id, name) FROM STDIN (FORMAT BINARY)\"", "catalog.authors")]
    [InlineData("\"INSERT INTO books (id) VALUES ($1)\"", "catalog.books")]
    [InlineData("\"TRUNCATE TABLE catalog.book_identifiers\"", "catalog.book_identifiers")]
    [InlineData("\"MERGE INTO catalog.authors a USING\"", "catalog.authors")]
    [InlineData("$\"INSERT INTO {table} VALUES ($1)\"", "unknown")]
    [InlineData("Changes.AddRows(\"catalog.books\", \"id\", ids); \"UPDATE catalog.authors SET\"", "catalog.authors")]
    public void Such_a_statement_would_be_noticed(string code, string table) => Assert.Equal([table], Forgotten(code));

    [Theory]
    [InlineData("\"SELECT 1 FROM catalog.authors WHERE id = $1 FOR UPDATE\"")]
    [InlineData("\"INSERT INTO store.reviews (id) VALUES ($1)\"")]
    [InlineData("Changes.AddRows(\"catalog.authors\", \"id\", ids); \"UPDATE catalog.authors SET\"")]
    [InlineData("db.ChangesInTransaction().AddEverything(); \"COPY catalog.authors (id, name) FROM STDIN\"")]
    public void Others_are_not(string code) => Assert.Empty(Forgotten(code));

    private static IReadOnlyList<string> Forgotten(string code)
    {
        if (code.Contains(".AddEverything()", StringComparison.Ordinal) && !code.Contains("class CacheChanges", StringComparison.Ordinal))
        {
            return [];
        }

        var written = WritingSql().Matches(code).Select(match => match.Groups["table"].Value)
            .Concat(WritingLinq().Matches(code).Select(match => TableOf(match.Groups["set"].Value)))
            .Select(name => name.StartsWith('{') ? "unknown" : CacheMapping.CachedTables.FirstOrDefault(table => table == name || table.EndsWith('.' + name, StringComparison.Ordinal)))
            .OfType<string>().ToHashSet();
        written.ExceptWith(Telling().Matches(code).Select(match => match.Groups["table"].Value));
        return [.. written];
    }

    private static string TableOf(string set)
    {
        var options = new DbContextOptionsBuilder<PlatformDbContext>();
        PlatformDbContext.Configure(options);
        using var db = new PlatformDbContext(options.Options);
        var type = typeof(PlatformDbContext).GetProperty(set)?.PropertyType.GetGenericArguments()[0].Name ?? set;
        return db.Model.GetEntityTypes().FirstOrDefault(entity => entity.ClrType.Name == type) is { } found ? $"{found.GetSchema()}.{found.GetTableName()}" : "{unknown}";
    }

    // In capitals or not; a table in braces is made at run time, which nobody can check.
    [GeneratedRegex(@"(?<!FOR )\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?|COPY)\s+(?:ONLY\s+)?(?<table>\{\w+\}|(?:[a-z]+\.)?[a-z]\w+)\b?", RegexOptions.IgnoreCase)]
    private static partial Regex WritingSql();

    [GeneratedRegex(@"\.(?:Set<(?<set>\w+)>\(\)|(?<set>[A-Z]\w+))(?:\s*\.(?!Execute)\w+\((?>[^()]+|\((?<open>)|\)(?<-open>))*(?(open)(?!))\))*\s*\.Execute(?:Update|Delete)(?:Async)?\(")]
    private static partial Regex WritingLinq();

    [GeneratedRegex(@"\.AddRows?\(""(?<table>[a-z_.]+)""")]
    private static partial Regex Telling();
}
