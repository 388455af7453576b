using Platform.CacheMap;
using Platform.ChangeStream;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

/// <summary>What leaves the database as changes: all that caches hear of, nothing of anybody's own, and by a role that may do no more.</summary>
public sealed class PublicationTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncDisposable
{
    private readonly string _slot = $"{api.Database.Name}_publication";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await Eventually.HoldsAsync(async () =>
    {
        await api.Database.ExecuteAsync("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active", _slot);
        return await api.Database.ScalarAsync<long>("SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1", _slot) == 0;
    }, "the slot is dropped");

    [Fact]
    public async Task Every_table_that_something_cached_is_made_of_is_published()
    {
        var published = await PublishedAsync();

        Assert.Empty(CacheMapping.CachedTables.Except(published));
    }

    [Fact]
    public async Task What_has_no_key_or_is_a_hypertable_could_not_be_written_or_would_not_be_sent()
    {
        Assert.Equal(0L, await api.Database.ScalarAsync<long>("""
            SELECT count(*) FROM pg_publication_tables p WHERE NOT EXISTS (
                SELECT FROM pg_index i WHERE i.indrelid = format('%I.%I', p.schemaname, p.tablename)::regclass AND i.indisprimary)
            """));
        Assert.DoesNotContain(await PublishedAsync(), table => table is "store.stock_movements" or "telemetry.interactions");
    }

    [Fact]
    public async Task Names_addresses_and_secrets_stay_in_the_database()
    {
        Assert.Equal("id,user_type", await ColumnsAsync("users"));
        Assert.Equal("id,user_id,revoked_at", await ColumnsAsync("sessions"));
        Assert.DoesNotContain(await PublishedAsync(), table => table is "identity.addresses" or "identity.refresh_tokens" or "identity.signing_keys" or "store.review_drafts" or "ops.idempotency_records");
    }

    [Fact]
    public async Task The_replicator_reads_what_is_there_and_what_the_Api_writes_whatever_row_security_says()
    {
        var before = await api.Admin.AddAsync("/api/v1/books", new { title = "Before" });
        await api.Database.ExecuteAsync("""
            INSERT INTO store.orders (id, user_id, status, currency, total, shipping_address, created_at, reserved_until)
            SELECT gen_random_uuid(), id, 'pending', 'EUR', 1, '{}', now(), now() FROM identity.users
            """);
        await using var reader = new ChangeStreamReader(new ChangeStreamOptions { ConnectionString = api.Database.Replicator, Slot = _slot, Publication = "platform", Snapshot = true });
        var snapshots = new Dictionary<string, List<Change>>();
        Guid? after = null;

        await foreach (var batch in reader.ReadAsync(Token))
        {
            await reader.ConfirmAsync(batch, Token);
            if (batch.SnapshotOf is { } table)
            {
                snapshots[table] = [.. snapshots.GetValueOrDefault(table, []), .. batch.Changes];
            }

            if (snapshots.Count == (await PublishedAsync()).Length && after is null)
            {
                after = await api.Admin.AddAsync("/api/v1/books", new { title = "After" });
            }

            if (after is not null && batch.Changes.Any(change => change.Table.FullName == "catalog.books" && change["id"].Text == after.ToString()))
            {
                break;
            }
        }

        Assert.Contains(snapshots["catalog.books"], row => row["id"].Text == before.ToString() && row["title"].Text == "Before");
        Assert.NotEmpty(snapshots["store.orders"]);
        Assert.All(snapshots["identity.users"], row => Assert.Equal(2, row.Table.Columns.Count));
    }

    private async Task<string[]> PublishedAsync() => (await api.Database.ScalarAsync<string[]>("SELECT array_agg(schemaname || '.' || tablename) FROM pg_publication_tables WHERE pubname = 'platform'"))!;

    private async Task<string> ColumnsAsync(string table) =>
        string.Join(',', (await api.Database.ScalarAsync<string[]>("SELECT attnames::text[] FROM pg_publication_tables WHERE pubname = 'platform' AND tablename = $1", table))!);
}
