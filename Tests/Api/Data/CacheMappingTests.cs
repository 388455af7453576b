using Npgsql;
using Platform.Api;
using Platform.CacheMap;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

public sealed class CacheMappingTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static readonly Guid Id = new("01890a5d-ac96-774b-bcce-b302099a8057");

    // Table, the row's columns, the keys and tags that it makes unread.
    public static TheoryData<string, string, string, string> Rows => new()
    {
        { "catalog.books", $"id={Id} title=Emma", $"book:{Id}", $"book:{Id} books" },
        { "catalog.book_authors", $"book_id={Id} author_id=x", $"book:{Id}", $"book:{Id} books" },
        { "catalog.book_categories", $"book_id={Id} category_id=x", $"book:{Id}", $"book:{Id} books" },
        { "catalog.book_translations", $"book_id={Id} language=de", $"book:{Id}", $"book:{Id} books" },
        { "catalog.book_identifiers", $"book_id={Id} scheme=isbn13 value=9780142437247", $"book:{Id} isbn:9780142437247", $"book:{Id}" },
        { "catalog.book_identifiers", $"book_id={Id} scheme=isbn10 value=0142437247", $"book:{Id}", $"book:{Id}" },
        { "catalog.book_identifiers", $"book_id={Id} scheme=isbn13", $"book:{Id}", $"book:{Id}" },
        { "catalog.authors", $"id={Id} name=Jane", $"author:{Id}", $"author:{Id} authors books" },
        { "catalog.categories", $"id={Id} name=Sea", $"category:{Id}", $"categories category:{Id}" },
        { "catalog.category_counts", $"category_id={Id}", "", "category_counts" },
        { "catalog.book_embeddings", $"book_id={Id}", "", "embeddings" },
        { "store.products", $"id={Id}", $"product:{Id}", $"product:{Id} products" },
        { "store.product_variants", $"product_id={Id} price=9.50", $"product:{Id}", $"product:{Id} products" },
        { "store.product_images", $"product_id={Id}", $"product:{Id}", $"product:{Id} products" },
        { "store.inventory", $"variant_id={Id} on_hand=1", "", "" },
        { "store.reviews", $"id={Id} book_id={Id}", "", "" },
        { "identity.users", $"id={Id} user_name=x", "", $"user:{Id}" },
        { "identity.sessions", $"id=x user_id={Id}", "", $"user:{Id}" },
        { "identity.sessions", $"id={Id}", "", $"session:{Id}" },
        { "identity.user_roles", $"user_id={Id} role_id=x", "", $"permissions:{Id}" },
        { "identity.roles", $"id=x name=admin", "", "roles" },
        { "identity.addresses", $"id={Id} user_id={Id}", "", "" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_changed_row_makes_these_keys_and_tags_unread(string table, string columns, string keys, string tags)
    {
        var values = columns.Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        var changes = new CacheChanges();

        changes.AddRow(table, values.GetValueOrDefault);

        Assert.Equal((keys, tags), (Names(changes.Keys.Select(key => key.Value)), Names(changes.Tags.Select(tag => tag.Value))));
    }

    [Fact]
    public void Ids_are_known_as_uuid_and_as_text()
    {
        var (asGuid, asText) = (new CacheChanges(), new CacheChanges());

        asGuid.AddRows("catalog.books", "id", [Id]);
        asText.AddRow("catalog.books", column => column == "id" ? Id.ToString().ToUpperInvariant() : null);

        Assert.Equal(asGuid.Keys, asText.Keys);
        Assert.Equal([CacheKeys.Book(Id)], asGuid.Keys);
    }

    [Fact]
    public void A_row_of_unknown_key_makes_everything_unread()
    {
        var changes = new CacheChanges();

        changes.AddRow("catalog.book_authors", _ => null);

        Assert.True(changes.IsEverything);
    }

    [Fact]
    public void So_many_rows_that_naming_them_costs_more_make_everything_unread()
    {
        var changes = new CacheChanges();

        changes.AddRows("catalog.books", "id", Enumerable.Range(0, 5_000).Select(n => new Guid(n, 0, 0, new byte[8])));
        changes.Add(CacheTags.Books);

        Assert.Equal((true, 0, 0), (changes.IsEverything, changes.Keys.Count, changes.Tags.Count));
        Assert.False(changes.IsEmpty);
    }

    [Fact]
    public async Task Every_table_is_mapped_or_has_its_reason_not_to_be()
    {
        await using var connection = new NpgsqlConnection(fixture.Database.Admin);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("""
            SELECT schemaname || '.' || tablename FROM pg_tables
            WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname NOT LIKE '\_timescaledb%' AND schemaname NOT LIKE 'timescaledb%'
            """, connection);
        var tables = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                tables.Add(reader.GetString(0));
            }
        }

        Assert.Equal(tables.Order(StringComparer.Ordinal), CacheMapping.CachedTables.Concat(CacheMapping.Uncached.Keys).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_tag_that_a_policy_gives_is_one_that_a_change_makes_unread()
    {
        var changes = new CacheChanges();
        foreach (var table in CacheMapping.CachedTables)
        {
            changes.AddRow(table, _ => Id);
        }

        var given = CachePolicies.All.SelectMany(policy => policy.Tags?.Invoke(new CacheKey("key"), null) ?? []);

        Assert.Empty(given.Except(changes.Tags));
    }

    private static string Names(IEnumerable<string> names) => string.Join(' ', names.Order(StringComparer.Ordinal));
}
