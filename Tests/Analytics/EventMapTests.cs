using Platform.Analytics.Events;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics;

/// <summary>What may enter the event store: columns that are published, and nothing personal that is not listed.</summary>
public sealed class EventMapTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Each_column_is_published()
    {
        foreach (var table in EventMap.MappedTables)
        {
            foreach (var column in EventMap.ColumnsOf(table))
            {
                Assert.True(await database.Database.ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM pg_publication_tables WHERE pubname = 'platform' AND schemaname || '.' || tablename = $1 AND $2 = ANY (attnames))", table, column), $"{table}.{column}");
            }
        }
    }

    [Fact]
    public async Task A_column_that_says_who_is_listed_as_personal()
    {
        var columns = EventMap.MappedTables.SelectMany(table => EventMap.ColumnsOf(table).Select(column => (table, column)))
            .Concat(InteractionMessage.Columns.Select(column => (table: InteractionMessage.Table, column))).ToList();
        foreach (var (table, column) in columns)
        {
            var saysWho = await database.Database.ScalarAsync<bool>("""
                SELECT EXISTS (SELECT FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
                  WHERE c.contype = 'f' AND c.confrelid = 'identity.users'::regclass AND c.conrelid = $1::regclass AND a.attname = $2)
                """, table, column);
            Assert.Equal(saysWho, PersonalData.Columns.Contains($"{table}.{column}"));
        }

        // Nor is anything listed that does not enter it.
        Assert.All(PersonalData.Columns, listed => Assert.Contains(columns, one => $"{one.table}.{one.column}" == listed));
    }
}
