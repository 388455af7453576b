using Npgsql;
using Platform.LoadTests.Run.Correctness;
using Platform.Tests.Support;

namespace Platform.Tests.LoadTests;

/// <summary>The books of the shop are read as they are: what is wrong in the database is found.</summary>
public sealed class StockBooksTests(Stack stack)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stock_that_somebody_changed_behind_the_ledgers_back_is_found()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.Admin) { Pooling = false }.ConnectionString);
        var books = new StockBooks(source);
        var variant = Guid.CreateVersion7();
        await ExecuteAsync("""
            WITH book AS (INSERT INTO catalog.books (id, title, created_at, updated_at) VALUES (gen_random_uuid(), 'Emma', now(), now()) RETURNING id),
                 product AS (INSERT INTO store.products (id, book_id, slug, title, status, created_at, updated_at) SELECT gen_random_uuid(), id, 'emma', 'Emma', 'active', now(), now() FROM book RETURNING id)
            INSERT INTO store.product_variants (id, product_id, format, sku, price, currency, is_active) SELECT $1, id, 'ebook', 'emma', 9.90, 'EUR', true FROM product
            """);
        await ExecuteAsync("INSERT INTO store.inventory (variant_id, reserved, reorder_point) VALUES ($1, 0, 0)");
        await ExecuteAsync("INSERT INTO store.stock_movements (id, variant_id, quantity, kind, at) VALUES (gen_random_uuid(), $1, 5, 'receipt', now())");

        var right = Assert.Single(await books.ReadAsync(Token));
        await ExecuteAsync("UPDATE store.inventory SET on_hand = 6, reserved = 1 WHERE variant_id = $1");
        var wrong = Assert.Single(await books.ReadAsync(Token));

        Assert.Empty(right.Check());
        Assert.Equal((variant, 5), (right.Variant, right.OnHand));
        Assert.Equal([StockAccount.OffLedger, StockAccount.OffOrders], wrong.Check().Select(violation => violation.Kind));
        Assert.Empty(await books.SalesAsync([variant], Token));

        async Task ExecuteAsync(string statement)
        {
#pragma warning disable CA2100 // the statements are those above
            await using var command = source.CreateCommand(statement);
#pragma warning restore CA2100
            command.Parameters.Add(new() { Value = variant });
            await command.ExecuteNonQueryAsync(Token);
        }
    }
}
