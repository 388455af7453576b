using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Api.Data;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

/// <summary>Whatever a statement forgets to say, it reaches the rows of one user alone.</summary>
public sealed class RowSecurityTests(RowSecurityTests.Crowd crowd) : IClassFixture<RowSecurityTests.Crowd>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    // Every table under row security.
    private static readonly string[] Protected =
    [
        "identity.addresses", "identity.refresh_tokens", "identity.sessions", "ops.idempotency_records", "store.cart_items",
        "store.carts", "store.order_items", "store.orders", "store.payments", "store.review_drafts", "telemetry.interactions",
    ];

    // Tables that say whose a row is, and are not under row security.
    private static readonly Dictionary<string, string> Excused = new()
    {
        ["identity.user_roles"] = "read at every login, before anybody is somebody; written by administrators alone",
        ["identity.user_claims"] = "as user_roles",
        ["identity.user_logins"] = "as user_roles",
        ["identity.user_tokens"] = "as user_roles",
        ["store.reviews"] = "published: everybody reads them",
        ["store.review_votes"] = "only their number is shown; it counts everybody's",
    };

    [Fact]
    public async Task A_thousand_interleaved_transactions_of_fifty_users_meet_no_foreign_row()
    {
        var random = new Random(20_261);
        var visits = Enumerable.Range(0, 1_000).Select(n => (User: Crowd.UserId(1 + random.Next(Crowd.Size)), Way: random.Next(8), N: n)).ToList();
        var foreign = 0;
        var own = 0;

        await Parallel.ForEachAsync(visits, new ParallelOptions { MaxDegreeOfParallelism = 40, CancellationToken = Ct }, async (visit, ct) =>
        {
            await using var db = crowd.Open();
            foreach (var owner in await VisitAsync(db, visit.User, visit.Way, ct))
            {
                _ = owner == visit.User ? Interlocked.Increment(ref own) : Interlocked.Increment(ref foreign);
            }
        });

        Assert.Equal(0, foreign);
        Assert.InRange(own, 1_000, int.MaxValue);
        Assert.Equal(0, await crowd.Database.ScalarAsync<long>("""
            SELECT (SELECT count(*) FROM identity.addresses WHERE name NOT IN ('as seeded', user_id::text))
                 + (SELECT count(*) FROM store.orders WHERE shipping_address->>'by' NOT IN ('nobody', user_id::text))
                 + abs((SELECT count(*) FROM identity.addresses) - 3 * 50) + abs((SELECT count(*) FROM store.orders) - 50)
            """));
    }

    // A user's transaction, whose statements have no WHERE; whose rows they reached.
    private static async Task<List<Guid>> VisitAsync(PlatformDbContext db, Guid user, int way, CancellationToken ct)
    {
        if (way == 0)
        {
            // Nobody, on a connection that was somebody's a moment ago.
            return [.. await db.Addresses.Select(a => a.UserId).ToListAsync(ct), .. await db.Orders.Select(o => o.UserId!.Value).ToListAsync(ct)];
        }

        await using var transaction = await db.BeginAsync(new RowScope(user), ct);
        var owners = new List<Guid>();
        switch (way)
        {
            case 1:
                owners.AddRange(await db.Addresses.AsNoTracking().Select(a => a.UserId).ToListAsync(ct));
                owners.AddRange((await db.Carts.AsNoTracking().Include(c => c.Items).ToListAsync(ct)).Select(c => c.UserId!.Value));
                owners.AddRange(await db.OrderItems.Join(db.Orders, i => i.OrderId, o => o.Id, (_, o) => o.UserId!.Value).ToListAsync(ct));
                break;
            case 2:
                owners.AddRange(Enumerable.Repeat(user, await db.Addresses.ExecuteUpdateAsync(set => set.SetProperty(a => a.Name, user.ToString()), ct)));
                owners.AddRange(await db.Addresses.Select(a => a.UserId).ToListAsync(ct));
                break;
            case 3:
                owners.AddRange(await db.Database.SqlQuery<Guid>(
                    $$"""UPDATE store.orders SET shipping_address = jsonb_build_object('by', {{user.ToString()}}) RETURNING user_id AS "Value" """).ToListAsync(ct));
                break;
            case 4:
                // Taken back; that it went through for these rows alone is what counts.
                owners.AddRange(await db.Database.SqlQuery<Guid>($"""DELETE FROM identity.addresses RETURNING user_id AS "Value" """).ToListAsync(ct));
                return owners;
            case 5:
                owners.AddRange(await db.Database.SqlQuery<Guid>($"""
                    SELECT user_id AS "Value" FROM store.review_drafts UNION ALL SELECT user_id FROM identity.sessions
                    UNION ALL SELECT user_id FROM ops.idempotency_records UNION ALL SELECT user_id FROM store.carts
                    """).ToListAsync(ct));
                break;
            case 6:
                // A failed statement leaves the connection to the next as it found it.
                await Assert.ThrowsAsync<PostgresException>(() => db.Database.ExecuteSqlAsync($"SELECT 1 / 0 FROM store.orders", ct));
                return [user];
            default:
                await db.ReviewDrafts.ExecuteDeleteAsync(ct);
                owners.AddRange(await db.Orders.Select(o => o.UserId!.Value).ToListAsync(ct));
                await transaction.RollbackAsync(ct);
                return owners;
        }

        await transaction.CommitAsync(ct);
        return owners;
    }

    [Fact]
    public async Task Nobody_and_not_even_the_owner_sees_a_row()
    {
        foreach (var connectionString in new[] { crowd.Database.App, crowd.Database.Owner })
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(Ct);
            foreach (var table in Protected)
            {
#pragma warning disable CA2100 // a table of this class
                await using var count = new NpgsqlCommand($"SELECT count(*) FROM {table}", connection);
#pragma warning restore CA2100
                Assert.Equal((table, 0L), (table, (long)(await count.ExecuteScalarAsync(Ct))!));
                Assert.True(await crowd.Database.ScalarAsync<long>($"SELECT count(*) FROM {table}") > 0, $"{table} has no row to hide");
            }
        }
    }

    [Fact]
    public async Task Staff_see_everybodys_orders_and_nothing_else_of_anybodys()
    {
        await using var db = crowd.Open();
        await using var transaction = await db.BeginAsync(RowScope.Staff, Ct);

        Assert.Equal(Crowd.Size, await db.Orders.CountAsync(Ct));
        Assert.Equal(Crowd.Size, await db.OrderItems.CountAsync(Ct));
        Assert.Equal(0, await db.Addresses.CountAsync(Ct) + await db.Carts.CountAsync(Ct) + await db.ReviewDrafts.CountAsync(Ct) + await db.Sessions.CountAsync(Ct));
    }

    [Fact]
    public async Task A_row_for_somebody_else_is_refused()
    {
        await using var db = crowd.Open();
        await using var transaction = await db.BeginAsync(new RowScope(Crowd.UserId(1)), Ct);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => db.Database.ExecuteSqlAsync($"""
            INSERT INTO identity.addresses (id, user_id, name, line1, city, country, created_at, updated_at)
            VALUES (gen_random_uuid(), {Crowd.UserId(2)}, 'x', 'x', 'x', 'DE', now(), now())
            """, Ct));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    [Fact]
    public async Task A_row_cannot_be_given_away()
    {
        await using var db = crowd.Open();
        await using var transaction = await db.BeginAsync(new RowScope(Crowd.UserId(1)), Ct);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => db.Database.ExecuteSqlAsync($"UPDATE identity.addresses SET user_id = {Crowd.UserId(2)}", Ct));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    [Fact]
    public async Task An_anonymous_cart_is_its_holders_and_the_cart_of_a_user_is_not_to_be_had_by_its_id()
    {
        await using var db = crowd.Open();
        await using (await db.BeginAsync(new RowScope(null, CartId: Crowd.AnonymousCart), Ct))
        {
            Assert.Equal(Crowd.AnonymousCart, await db.Carts.Select(c => c.Id).SingleAsync(Ct));
            Assert.Equal(1, await db.CartItems.CountAsync(Ct));
        }

        await using (await db.BeginAsync(new RowScope(null, CartId: await crowd.Database.ScalarAsync<Guid>("SELECT id FROM store.carts WHERE user_id IS NOT NULL LIMIT 1")), Ct))
        {
            Assert.Equal(0, await db.Carts.CountAsync(Ct) + await db.CartItems.CountAsync(Ct));
        }
    }

    [Fact]
    public async Task Reports_see_orders_without_being_anybody_and_no_cart()
    {
        await using var connection = new NpgsqlConnection(crowd.Database.Reader);
        await connection.OpenAsync(Ct);
        await using var count = new NpgsqlCommand("SELECT (SELECT count(*) FROM store.orders) * 100 + (SELECT count(*) FROM store.carts)", connection);

        Assert.Equal(Crowd.Size * 100L, await count.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task These_tables_are_protected_from_the_owner_too()
    {
        var tables = await crowd.ListAsync("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY 1");

        Assert.Equal(Protected, tables);
        Assert.Empty(await crowd.ListAsync("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity <> relforcerowsecurity"));
    }

    [Fact]
    public async Task A_table_that_says_whose_its_rows_are_is_protected_or_excused()
    {
        // By a column, or as a part of what is protected.
        var personal = await crowd.ListAsync("""
            SELECT DISTINCT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('catalog', 'identity', 'store', 'telemetry', 'ops') AND (
                EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname ~ '(^|_)user_id$' AND NOT a.attisdropped)
                OR EXISTS (SELECT FROM pg_constraint k JOIN pg_class parent ON parent.oid = k.confrelid
                           WHERE k.conrelid = c.oid AND k.contype = 'f' AND parent.relrowsecurity))
            ORDER BY 1
            """);

        Assert.Empty(personal.Except(Protected).Except(Excused.Keys));
    }

    /// <summary>Fifty users who each have some of everything.</summary>
    public sealed class Crowd(Stack stack) : IAsyncLifetime
    {
        internal const int Size = 50;
        internal static readonly Guid AnonymousCart = new("00000000-0000-4000-8000-0000000000aa");
        private DbContextOptions<PlatformDbContext> _options = null!;

        internal TestDatabase Database { get; private set; } = null!;

        internal static Guid UserId(int n) => new($"00000000-0000-4000-8000-{n:D12}");

        internal PlatformDbContext Open() => new(_options);

        internal async Task<string[]> ListAsync(string query) =>
            (await Database.ScalarAsync<string[]>($"SELECT coalesce(array_agg(line), '{{}}') FROM ({query}) AS list (line)"))!;

        public async ValueTask InitializeAsync()
        {
            Database = await stack.CreateDatabaseAsync();
            await Database.ExecuteAsync("""
                CREATE FUNCTION pg_temp.id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
                INSERT INTO identity.users (id, user_name, normalized_user_name, created_at) SELECT pg_temp.id(n), 'user-' || n, 'USER-' || n, now() FROM generate_series(1, 50) n;
                INSERT INTO catalog.books (id, title, created_at, updated_at) VALUES (pg_temp.id(1001), 'Emma', now(), now());
                INSERT INTO store.products (id, book_id, slug, title, status, created_at, updated_at) VALUES (pg_temp.id(1002), pg_temp.id(1001), 'emma', 'Emma', 'active', now(), now());
                INSERT INTO store.product_variants (id, product_id, format, sku, price, currency, is_active) VALUES (pg_temp.id(1003), pg_temp.id(1002), 'paperback', 'E-1', 9.5, 'EUR', true);
                INSERT INTO identity.addresses (id, user_id, name, line1, city, country, created_at, updated_at)
                    SELECT gen_random_uuid(), pg_temp.id(n), 'as seeded', 'A street', 'A town', 'DE', now(), now() FROM generate_series(1, 50) n, generate_series(1, 3);
                INSERT INTO identity.sessions (id, user_id, created_at, last_used_at, expires_at) SELECT pg_temp.id(2000 + n), pg_temp.id(n), now(), now(), now() FROM generate_series(1, 50) n;
                INSERT INTO identity.refresh_tokens (hash, session_id, created_at) SELECT sha256(n::text::bytea), pg_temp.id(2000 + n), now() FROM generate_series(1, 50) n;
                INSERT INTO store.carts (id, user_id, created_at, updated_at) SELECT pg_temp.id(3000 + n), pg_temp.id(n), now(), now() FROM generate_series(1, 50) n;
                INSERT INTO store.carts (id, created_at, updated_at) VALUES ('00000000-0000-4000-8000-0000000000aa', now(), now());
                INSERT INTO store.cart_items (cart_id, variant_id, quantity) SELECT id, pg_temp.id(1003), 1 FROM store.carts;
                INSERT INTO store.orders (id, user_id, status, currency, total, shipping_address, created_at, reserved_until)
                    SELECT pg_temp.id(4000 + n), pg_temp.id(n), 'pending', 'EUR', 9.5, '{"by": "nobody"}', now(), now() FROM generate_series(1, 50) n;
                INSERT INTO store.order_items (order_id, line, variant_id, product_id, title, sku, unit_price, quantity)
                    SELECT pg_temp.id(4000 + n), 1, pg_temp.id(1003), pg_temp.id(1002), 'Emma', 'E-1', 9.5, 1 FROM generate_series(1, 50) n;
                INSERT INTO store.payments (id, order_id, kind, status, amount, currency, created_at)
                    SELECT gen_random_uuid(), pg_temp.id(4000 + n), 'charge', 'requested', 9.5, 'EUR', now() FROM generate_series(1, 50) n;
                INSERT INTO store.review_drafts (user_id, book_id, updated_at) SELECT pg_temp.id(n), pg_temp.id(1001), now() FROM generate_series(1, 50) n;
                INSERT INTO ops.idempotency_records (user_id, key, request_hash, status_code, created_at)
                    SELECT pg_temp.id(n), 'key', sha256('x'), 201, now() FROM generate_series(1, 50) n;
                INSERT INTO telemetry.interactions (id, kind, user_id, book_id, at) SELECT gen_random_uuid(), 'view', pg_temp.id(n), pg_temp.id(1001), now() FROM generate_series(1, 50) n;
                """);
            var options = new DbContextOptionsBuilder<PlatformDbContext>();
            PlatformDbContext.Configure(options);
            // As the Api's connections, prepared statements included, and few enough that each is everybody's in turn.
            var connection = new NpgsqlConnectionStringBuilder(Database.App) { MaxPoolSize = 5, MaxAutoPrepare = 100, AutoPrepareMinUsages = 2, Timeout = 60 };
            _options = options.UseNpgsql(connection.ConnectionString).Options;
        }

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
