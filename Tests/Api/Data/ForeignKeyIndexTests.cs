using Npgsql;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

/// <summary>What refers to a row is found by an index of all that refer: a partial one is none for whoever reads or deletes the row.</summary>
public sealed class ForeignKeyIndexTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Every_foreign_key_has_an_index_of_all_its_rows()
    {
        await using var connection = new NpgsqlConnection(fixture.Database.Admin);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("""
            SELECT c.conrelid::regclass || '.' || a.attname
            FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND n.nspname IN ('identity', 'catalog', 'store', 'telemetry', 'ops')
              AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1] AND i.indpred IS NULL)
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var without = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            without.Add(reader.GetString(0));
        }

        Assert.Empty(without);
    }
}
