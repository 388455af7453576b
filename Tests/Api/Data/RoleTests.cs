using Npgsql;
using Platform.Api.Data;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

public sealed class RoleTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private const string App = "platform_app";
    private const string Reader = "platform_reader";

    // Who has less than the others, and why: rights on the whole table, then those on columns.
    private static readonly Dictionary<(string Table, string Role), string> Narrower = new()
    {
        // The trigger of the ledger alone writes what is on hand.
        [("store.inventory", App)] = "DELETE SELECT, INSERT (reorder_point reserved variant_id), UPDATE (reorder_point reserved)",
        // To the ledger one can only add.
        [("store.stock_movements", App)] = "INSERT SELECT",
        // What happened is not changed; it may be taken away.
        [("telemetry.interactions", App)] = "DELETE INSERT SELECT",
        [("telemetry.interaction_keys", Reader)] = "",
        // Reports need no secrets,
        [("identity.signing_keys", Reader)] = "",
        [("identity.refresh_tokens", Reader)] = "",
        [("identity.sessions", Reader)] = "",
        // no names and no addresses,
        [("identity.users", Reader)] = "SELECT (created_at id user_type)",
        [("identity.addresses", Reader)] = "",
        // and no copies of answers, which hold either.
        [("ops.idempotency_records", Reader)] = "",
        // How far readers of the change stream are is theirs to say.
        [("ops.change_streams", App)] = "",
        [("ops.change_stream_snapshots", App)] = "",
    };

    private readonly TestDatabase _database = fixture.Database;

    [Theory]
    [InlineData("INSERT INTO catalog.authors (id, name, created_at, updated_at) VALUES (gen_random_uuid(), 'Ada', now(), now())")]
    [InlineData("UPDATE catalog.authors SET name = 'Ada'")]
    [InlineData("DELETE FROM catalog.authors")]
    [InlineData("SELECT * FROM identity.users, store.reviews")]
    public async Task The_app_reads_and_writes_rows(string statement)
    {
        Assert.Null(await RefusalAsync(_database.App, statement));
    }

    [Theory]
    [InlineData("CREATE TABLE catalog.extra (id int)")]
    [InlineData("CREATE TABLE public.extra (id int)")]
    [InlineData("CREATE SCHEMA extra")]
    [InlineData("CREATE TEMPORARY TABLE staging (id int)")]
    [InlineData("CREATE EXTENSION hstore")]
    [InlineData("CREATE FUNCTION catalog.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [InlineData("ALTER TABLE catalog.books ADD COLUMN extra int")]
    [InlineData("DROP TABLE catalog.books CASCADE")]
    [InlineData("CREATE INDEX ON catalog.books (publisher)")]
    [InlineData("TRUNCATE catalog.books CASCADE")]
    [InlineData("ALTER TABLE catalog.books DISABLE TRIGGER ALL")]
    [InlineData("ALTER TABLE catalog.books OWNER TO platform_app")]
    [InlineData("SET ROLE platform_owner")]
    [InlineData("CREATE ROLE extra")]
    [InlineData("ALTER ROLE platform_reader PASSWORD 'stolen-password'")]
    [InlineData("SELECT rolpassword FROM pg_authid")]
    [InlineData("SELECT pg_read_file('/etc/passwd')")]
    [InlineData("COPY catalog.books TO PROGRAM 'cat'")]
    [InlineData("DELETE FROM public.migrations_history")]
    public async Task The_app_changes_nothing_but_rows(string statement)
    {
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await RefusalAsync(_database.App, statement));
    }

    [Fact]
    public async Task The_reader_reads_every_table_but_what_is_secret_or_personal()
    {
        foreach (var table in await TablesAsync())
        {
            var refusal = Narrower.ContainsKey((table, Reader)) ? PostgresErrorCodes.InsufficientPrivilege : null;
            Assert.Equal((table, refusal), (table, await RefusalAsync(_database.Reader, $"SELECT * FROM {table} LIMIT 1")));
        }

        Assert.Null(await RefusalAsync(_database.Reader, "SELECT id, user_type, created_at FROM identity.users"));
    }

    [Theory]
    [InlineData("UPDATE store.inventory SET on_hand = 1")]
    [InlineData("INSERT INTO store.inventory (variant_id, on_hand, reserved, reorder_point) VALUES (gen_random_uuid(), 1, 0, 0)")]
    [InlineData("UPDATE store.stock_movements SET quantity = 1")]
    [InlineData("DELETE FROM store.stock_movements")]
    public async Task The_app_writes_no_stock_but_by_the_ledger(string statement)
    {
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await RefusalAsync(_database.App, statement));
    }

    [Theory]
    [InlineData("INSERT INTO catalog.authors (id, name, created_at, updated_at) VALUES (gen_random_uuid(), 'Ada', now(), now())")]
    [InlineData("UPDATE catalog.books SET title = 'x'")]
    [InlineData("DELETE FROM store.reviews")]
    [InlineData("TRUNCATE catalog.books CASCADE")]
    [InlineData("CREATE TABLE public.extra (id int)")]
    [InlineData("CREATE TEMPORARY TABLE extra (id int)")]
    [InlineData("SET ROLE platform_app")]
    [InlineData("SELECT rolpassword FROM pg_authid")]
    public async Task The_reader_writes_nothing(string statement)
    {
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await RefusalAsync(_database.Reader, statement));
    }

    [Theory]
    [InlineData("SELECT * FROM catalog.books")]
    [InlineData("SELECT * FROM identity.users")]
    [InlineData("CREATE TABLE public.extra (id int)")]
    [InlineData("CREATE TEMPORARY TABLE extra (id int)")]
    [InlineData("SELECT rolpassword FROM pg_authid")]
    [InlineData("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'platform_owner' OR pid <> pg_backend_pid()")]
    public async Task The_monitor_sees_no_row_and_changes_nothing(string statement)
    {
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await RefusalAsync(_database.Monitor, statement));
    }

    [Fact]
    public async Task The_monitor_sees_what_others_do_and_how_large_everything_is()
    {
        await using var connection = new NpgsqlConnection(_database.Monitor);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT (SELECT count(*) FROM pg_stat_activity WHERE query <> '' AND usename IS DISTINCT FROM current_user) > 0 AND pg_database_size(current_database()) > 0 AND (SELECT count(*) FROM pg_ls_waldir()) > 0", connection);

        Assert.True((bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }

    [Fact]
    public async Task No_role_of_the_platform_is_more_than_an_ordinary_one()
    {
        var privileged = await ListAsync("""
            SELECT rolname FROM pg_roles WHERE rolname LIKE 'platform\_%' AND (rolsuper OR rolcreaterole OR rolcreatedb
              OR ((rolreplication OR rolbypassrls) AND rolname <> 'platform_replicator'))
            UNION ALL SELECT datname FROM pg_database WHERE datname = current_database() AND datdba <> 'platform_owner'::regrole
            UNION ALL SELECT 'PUBLIC connects' WHERE has_database_privilege('public', current_database(), 'CONNECT')
            UNION ALL SELECT 'PUBLIC uses public' WHERE has_schema_privilege('public', 'public', 'USAGE')
            """);

        Assert.Empty(privileged);
    }

    [Fact]
    public async Task Every_table_has_the_grants_of_the_others_or_those_that_are_listed()
    {
        var grants = await ListAsync("""
            SELECT format('%s %s: %s', c.oid::regclass, r.role, concat_ws(', ',
                (SELECT string_agg(p, ' ' ORDER BY p) FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) p
                  WHERE has_table_privilege(r.role, c.oid, p)),
                (SELECT string_agg(g.grant, ', ' ORDER BY g.grant) FROM (
                    SELECT format('%s (%s)', x.privilege_type, string_agg(a.attname, ' ' ORDER BY a.attname)) AS grant
                    FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) x
                    WHERE a.attrelid = c.oid AND x.grantee = r.role::regrole GROUP BY x.privilege_type) g)))
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN (VALUES ('platform_app'), ('platform_reader')) r (role)
            WHERE c.relkind IN ('r', 'p') AND c.relowner = 'platform_owner'::regrole AND n.nspname IN ('catalog', 'store', 'identity', 'telemetry', 'ops')
            """);

        var usual = new Dictionary<string, string> { [App] = "DELETE INSERT SELECT UPDATE", [Reader] = "SELECT" };
        var expected = from table in await TablesAsync()
                       from role in usual.Keys
                       select $"{table} {role}: {Narrower.GetValueOrDefault((table, role), usual[role])}";
        Assert.Equal(expected.Order(StringComparer.Ordinal), grants.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Bootstraps_that_run_together_and_again_change_nothing()
    {
        var before = await VerifiersAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DatabaseBootstrap.RunAsync(
            _database.Admin, _database.Name, Passwords("test-owner-password"), TestContext.Current.CancellationToken)));

        Assert.Equal(before, await VerifiersAsync());
    }

    [Fact]
    public async Task What_is_stored_of_a_password_is_what_the_server_would_store()
    {
        await using var connection = new NpgsqlConnection(_database.Admin);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(connection, "BEGIN; SET LOCAL password_encryption = 'scram-sha-256'; CREATE ROLE platform_scram_test PASSWORD 'correct horse battery staple'");
        await using var read = new NpgsqlCommand("SELECT rolpassword FROM pg_authid WHERE rolname = 'platform_scram_test'", connection);

        var stored = (string)(await read.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        await ExecuteAsync(connection, "ROLLBACK");

        Assert.True(ScramVerifier.Matches(stored, "correct horse battery staple"));
        Assert.False(ScramVerifier.Matches(stored, "correct horse battery stable"));
        Assert.True(ScramVerifier.Matches(ScramVerifier.Create("abc"), "abc"));
    }

    [Fact]
    public async Task A_password_is_part_of_no_statement()
    {
        await DatabaseBootstrap.RunAsync(_database.Admin, _database.Name, Passwords("test-owner-password"), TestContext.Current.CancellationToken);

        var statements = await ListAsync("SELECT query FROM pg_stat_statements WHERE query LIKE '%test-%-password%' AND query NOT LIKE '%pg_stat_statements%'");

        Assert.Empty(statements);
    }

    private static RolePasswords Passwords(string owner) => new(owner, "test-app-password", "test-reader-password", "test-replicator-password", "test-monitor-password");

    private Task<string[]> TablesAsync() =>
        ListAsync("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE tableowner = 'platform_owner' AND schemaname IN ('catalog', 'store', 'identity', 'telemetry', 'ops')");

    private Task<string[]> VerifiersAsync() => ListAsync("SELECT rolname || ' ' || rolpassword FROM pg_authid WHERE rolname LIKE 'platform\\_%' ORDER BY 1");

    private async Task<string[]> ListAsync(string query) =>
        (await _database.ScalarAsync<string[]>($"SELECT coalesce(array_agg(line), '{{}}') FROM ({query}) AS list (line)"))!;

    // The SQLSTATE with which the server refuses a statement; null when it allows it. Nothing stays.
    private static async Task<string?> RefusalAsync(string connectionString, string statement)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        try
        {
            await ExecuteAsync(connection, statement);
            return null;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement)
    {
#pragma warning disable CA2100 // constants of this file
        await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
