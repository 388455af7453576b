using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Api.Data;
using Platform.Api.Store.Inventory;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

/// <summary>What is on hand is what came and went, whoever writes at the same time.</summary>
public sealed class StockLedgerTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    /// <summary>The audit: variants whose stock is not the sum of their movements.</summary>
    internal const string Audit = """
        SELECT count(*) FROM store.inventory i
        WHERE on_hand <> coalesce((SELECT sum(quantity) FROM store.stock_movements m WHERE m.variant_id = i.variant_id), 0)
        """;

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly TestDatabase _database = fixture.Database;

    [Fact]
    public async Task Stock_is_the_sum_of_its_movements_under_concurrent_writers()
    {
        var variants = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AddVariantAsync()));
        var refused = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, 600), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Ct }, async (n, ct) =>
        {
            var random = new Random(n);
            var variant = variants[random.Next(variants.Length)];
            await using var db = Open();
            try
            {
                if (n % 5 == 0)
                {
                    await db.Inventory.Where(s => s.VariantId == variant).ExecuteUpdateAsync(set => set.SetProperty(s => s.Reserved, s => s.Reserved + 1), ct);
                }
                else
                {
                    db.Add(Movement(variant, random.Next(2) == 0 ? random.Next(1, 10) : -random.Next(1, 10)));
                    await db.SaveChangesAsync(ct);
                }
            }
            catch (Exception e) when ((e as PostgresException ?? e.InnerException as PostgresException)?.SqlState == PostgresErrorCodes.CheckViolation)
            {
                Interlocked.Increment(ref refused);
            }
        });

        Assert.Equal(0, await _database.ScalarAsync<long>(Audit));
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM store.inventory WHERE on_hand < 0 OR reserved > on_hand"));
        var done = await _database.ScalarAsync<long>("SELECT count(*) FROM store.stock_movements WHERE variant_id = ANY ($1)", variants)
            + await _database.ScalarAsync<long>("SELECT sum(reserved) FROM store.inventory WHERE variant_id = ANY ($1)", variants);
        Assert.Equal(600, done + refused);
        Assert.InRange(refused, 1, 599);
    }

    [Fact]
    public async Task A_movement_that_is_rolled_back_moved_nothing()
    {
        var variant = await AddVariantAsync();
        await using (var db = Open())
        await using (await db.Database.BeginTransactionAsync(Ct))
        {
            db.Add(Movement(variant, 5));
            await db.SaveChangesAsync(Ct);
        }

        Assert.Equal(0, await OnHandAsync(variant));
    }

    [Fact]
    public async Task What_is_promised_cannot_be_taken_away()
    {
        var variant = await AddVariantAsync();
        await using var db = Open();
        db.Add(Movement(variant, 5));
        await db.SaveChangesAsync(Ct);
        await db.Inventory.Where(s => s.VariantId == variant).ExecuteUpdateAsync(set => set.SetProperty(s => s.Reserved, 4), Ct);

        db.Add(Movement(variant, -2));
        var refusal = await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(Ct));

        Assert.Equal("ck_inventory_reserved", Assert.IsType<PostgresException>(refusal.InnerException).ConstraintName);
        Assert.Equal(5, await OnHandAsync(variant));
    }

    [Theory]
    [InlineData("UPDATE store.stock_movements SET quantity = quantity + 1")]
    [InlineData("DELETE FROM store.stock_movements")]
    [InlineData("TRUNCATE store.stock_movements")]
    [InlineData("TRUNCATE store.inventory CASCADE")]
    public async Task Not_even_the_owner_rewrites_the_ledger(string statement)
    {
        await using (var db = Open())
        {
            db.Add(Movement(await AddVariantAsync(), 5));
            await db.SaveChangesAsync(Ct);
        }

        await using var owner = new NpgsqlConnection(_database.Owner);
        await owner.OpenAsync(Ct);
#pragma warning disable CA2100 // one of the above
        await using var rewrite = new NpgsqlCommand(statement, owner);
#pragma warning restore CA2100
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => rewrite.ExecuteNonQueryAsync(Ct))).SqlState);
    }

    [Fact]
    public async Task A_movement_of_what_is_not_kept_in_stock_is_refused()
    {
        await using var db = Open();
        db.Add(Movement(Guid.CreateVersion7(), 1));

        var refusal = await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(Ct));

        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, Assert.IsType<PostgresException>(refusal.InnerException).SqlState);
    }

    private static StockMovement Movement(Guid variant, int quantity) =>
        new() { Id = Guid.CreateVersion7(), VariantId = variant, Quantity = quantity, Kind = StockMovementKind.Adjustment, At = TimeProvider.System.GetUtcNow() };

    private async Task<int> OnHandAsync(Guid variant) => await _database.ScalarAsync<int>("SELECT on_hand FROM store.inventory WHERE variant_id = $1", variant);

    private async Task<Guid> AddVariantAsync()
    {
        var id = Guid.CreateVersion7();
        await _database.ExecuteAsync("INSERT INTO catalog.books (id, title, created_at, updated_at) VALUES ($1, 'Emma', now(), now())", id);
        await _database.ExecuteAsync(
            "INSERT INTO store.products (id, book_id, slug, title, status, created_at, updated_at) VALUES ($1, $1, 'emma-' || $2, 'Emma', 'active', now(), now())", id, id.ToString("N"));
        await _database.ExecuteAsync(
            "INSERT INTO store.product_variants (id, product_id, format, sku, price, currency, is_active) VALUES ($1, $1, 'paperback', $2, 9.5, 'EUR', true)", id, id.ToString("N"));
        await _database.ExecuteAsync("INSERT INTO store.inventory (variant_id, reserved, reorder_point) VALUES ($1, 0, 0)", id);
        return id;
    }

    private PlatformDbContext Open()
    {
        var options = new DbContextOptionsBuilder<PlatformDbContext>();
        PlatformDbContext.Configure(options);
        return new PlatformDbContext(options.UseNpgsql(_database.App).Options);
    }
}
