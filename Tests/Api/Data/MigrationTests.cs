using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Api.Data;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

public sealed class MigrationTests(Stack stack)
{
    // All that a migration can make, as text to compare. What extensions own is not ours.
    private const string Catalog = """
        WITH ours AS (
            SELECT oid FROM pg_namespace
            WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = pg_namespace.oid AND d.deptype = 'e')),
        relations AS (
            SELECT c.* FROM pg_class c JOIN ours ON ours.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relname <> 'migrations_history'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
        SELECT format('schema %s owner %s acl %s', nspname, nspowner::regrole, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(nspacl) a))
            FROM pg_namespace JOIN ours USING (oid)
        UNION ALL SELECT format('relation %s kind %s owner %s acl %s options %s rls %s', oid::regclass, relkind, relowner::regrole,
            (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(relacl) a), reloptions, relrowsecurity) FROM relations
        UNION ALL SELECT format('column %s.%s %s not null %s default %s generated %s collation %s', r.oid::regclass, a.attname,
            format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated, a.attcollation::regcollation)
            FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        UNION ALL SELECT format('view %s %s', oid::regclass, pg_get_viewdef(oid)) FROM relations WHERE relkind IN ('v', 'm')
        UNION ALL SELECT format('index %s valid %s', pg_get_indexdef(i.indexrelid), i.indisvalid) FROM pg_index i JOIN relations r ON r.oid = i.indrelid
        UNION ALL SELECT format('constraint %s on %s %s', c.conname, r.oid::regclass, pg_get_constraintdef(c.oid)) FROM pg_constraint c JOIN relations r ON r.oid = c.conrelid
        UNION ALL SELECT format('trigger %s enabled %s', pg_get_triggerdef(t.oid), t.tgenabled) FROM pg_trigger t JOIN relations r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
        UNION ALL SELECT format('policy %s on %s %s %s', p.polname, p.polrelid::regclass, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) FROM pg_policy p
        UNION ALL SELECT format('routine %s owner %s acl %s', pg_get_functiondef(p.oid), p.proowner::regrole,
            (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(p.proacl) a)) FROM pg_proc p JOIN ours ON ours.oid = p.pronamespace
            WHERE p.prokind IN ('f', 'p') AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
        UNION ALL SELECT format('type %s %s', t.typname, (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
            FROM pg_type t JOIN ours ON ours.oid = t.typnamespace WHERE t.typtype IN ('e', 'd')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
        UNION ALL SELECT format('text search %s', cfgname) FROM pg_ts_config JOIN ours ON ours.oid = cfgnamespace
        UNION ALL SELECT format('default privileges of %s in %s on %s: %s', defaclrole::regrole, n.nspname, defaclobjtype,
            (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(defaclacl) a)) FROM pg_default_acl LEFT JOIN pg_namespace n ON n.oid = defaclnamespace
        UNION ALL SELECT format('extension %s', extname) FROM pg_extension
        UNION ALL SELECT format('publication %s', pubname) FROM pg_publication
        ORDER BY 1
        """;

    [Fact]
    public async Task Every_migration_can_be_taken_back_and_made_again()
    {
        await using var database = await stack.CreateEmptyDatabaseAsync();
        await MigrateAsync(database, "0");
        var names = Migrations(database);
        var states = new List<string[]> { await DescribeAsync(database) };

        foreach (var name in names)
        {
            await MigrateAsync(database, name);
            states.Add(await DescribeAsync(database));
        }

        for (var at = names.Count - 1; at >= 0; at--)
        {
            await MigrateAsync(database, at == 0 ? "0" : names[at - 1]);
            Assert.Equal(states[at], await DescribeAsync(database));
        }

        await MigrateAsync(database, null);
        Assert.Equal(states[^1], await DescribeAsync(database));
        Assert.Contains(states[^1], line => line.StartsWith("index ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Migrations_can_be_taken_back_with_rows_in_the_tables()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await database.ExecuteAsync("""
            INSERT INTO catalog.authors (id, name, created_at, updated_at) VALUES ('01890a5d-ac96-774b-bcce-b302099a8057', 'Ada', now(), now());
            INSERT INTO catalog.books (id, title, description, created_at, updated_at) VALUES ('01890a5d-ac96-774b-bcce-b302099a8058', 'Notes', 'On engines', now(), now());
            INSERT INTO catalog.book_authors (book_id, author_id, position) VALUES ('01890a5d-ac96-774b-bcce-b302099a8058', '01890a5d-ac96-774b-bcce-b302099a8057', 0);
            """);

        await MigrateAsync(database, "0");
        await MigrateAsync(database, null);

        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM catalog.books"));
    }

    [Fact]
    public async Task Migrators_that_start_together_do_the_work_once()
    {
        await using var database = await stack.CreateEmptyDatabaseAsync();
        using var output = new StringWriter();
        var lines = TextWriter.Synchronized(output);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => MigrateCommand.MigrateAsync(database.Owner, null, lines, TestContext.Current.CancellationToken)));

        var applied = output.ToString().Split('\n').Where(line => line.StartsWith("Applied ", StringComparison.Ordinal)).ToList();
        Assert.Equal(Migrations(database).Count, applied.Count);
        Assert.Equal(applied.Count, applied.Select(line => line.Split(' ')[1]).Distinct().Count());
    }

    [Fact]
    public async Task An_unknown_migration_is_refused_with_the_names_there_are()
    {
        await using var database = await stack.CreateDatabaseAsync();

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => MigrateAsync(database, "NoSuch"));

        Assert.Contains("NoSuch", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Migrations(database)[0], refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_model_has_no_change_without_a_migration()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await using var db = Open(database);

        Assert.False(db.Database.HasPendingModelChanges());
    }

    private static Task MigrateAsync(TestDatabase database, string? target) =>
        MigrateCommand.MigrateAsync(database.Owner, target, TextWriter.Null, TestContext.Current.CancellationToken);

    private static List<string> Migrations(TestDatabase database)
    {
        using var db = Open(database);
        return [.. db.Database.GetMigrations()];
    }

    private static PlatformDbContext Open(TestDatabase database)
    {
        var options = new DbContextOptionsBuilder<PlatformDbContext>();
        PlatformDbContext.Configure(options);
        return new PlatformDbContext(options.UseNpgsql(database.Owner).Options);
    }

    private static async Task<string[]> DescribeAsync(TestDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.Admin);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(Catalog, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var lines = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(reader.GetString(0));
        }

        return [.. lines];
    }
}
