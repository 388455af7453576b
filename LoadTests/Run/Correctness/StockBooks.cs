using Npgsql;

namespace Platform.LoadTests.Run.Correctness;

/// <summary>Reads the books of the shop as they are in the database.</summary>
/// <param name="source">A superuser's, to whom row security does not apply.</param>
public sealed class StockBooks(NpgsqlDataSource source)
{
    /// <summary>What the books say of each variant that is kept in stock, at one moment.</summary>
    public async Task<IReadOnlyList<StockAccount>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var ledger = await RowsAsync("SELECT variant_id, at, quantity, kind FROM store.stock_movements ORDER BY at, id",
            row => (Variant: row.GetGuid(0), Line: new StockLine(row.GetDateTime(1), row.GetInt32(2), row.GetString(3))));
        // Copies of an order that is sent have left the stock, by the ledger.
        var promises = await RowsAsync("SELECT i.variant_id, o.id, i.quantity, o.status FROM store.order_items i JOIN store.orders o ON o.id = i.order_id WHERE o.status IN ('pending', 'paid') ORDER BY o.created_at",
            row => (Variant: row.GetGuid(0), Line: new PromiseLine(row.GetGuid(1), row.GetInt32(2), row.GetString(3))));
        var (lines, held) = (ledger.ToLookup(line => line.Variant, line => line.Line), promises.ToLookup(line => line.Variant, line => line.Line));
        return await RowsAsync("SELECT variant_id, on_hand, reserved FROM store.inventory",
            row => new StockAccount(row.GetGuid(0), row.GetInt32(1), row.GetInt32(2), [.. lines[row.GetGuid(0)]], [.. held[row.GetGuid(0)]]));

#pragma warning disable CA2100 // the queries are those above
        Task<List<T>> RowsAsync<T>(string query, Func<NpgsqlDataReader, T> read) => StockBooks.RowsAsync(new NpgsqlCommand(query, connection, transaction), read, cancellationToken);
#pragma warning restore CA2100
    }

    /// <summary>The orders of some variants.</summary>
    public async Task<IReadOnlyList<StoredSale>> SalesAsync(IEnumerable<Guid> variants, CancellationToken cancellationToken)
    {
        var command = source.CreateCommand("""
            SELECT o.id, i.variant_id, i.quantity, o.status NOT IN ('cancelled', 'expired', 'refunded')
              FROM store.order_items i JOIN store.orders o ON o.id = i.order_id WHERE i.variant_id = ANY ($1) ORDER BY o.created_at
            """);
        command.Parameters.Add(new() { Value = variants.ToArray() });
        return await RowsAsync(command, row => new StoredSale(row.GetGuid(0), row.GetGuid(1), row.GetInt32(2), row.GetBoolean(3)), cancellationToken);
    }

    private static async Task<List<T>> RowsAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            List<T> rows = [];
            while (await reader.ReadAsync(cancellationToken))
                rows.Add(read(reader));
            return rows;
        }
    }
}
