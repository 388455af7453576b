using System.Globalization;
using Npgsql;
using Platform.ChangeStream;
using Platform.Tests.Support;

namespace Platform.Tests.ChangeStream;

/// <summary>What is there already is delivered too: exactly, and joined to the stream without a seam.</summary>
public sealed class SnapshotTests(Stack stack) : IAsyncLifetime
{
    private StreamDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await StreamDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Rows_that_are_there_are_read_in_the_order_of_their_keys_and_then_what_happens()
    {
        await _database.ExecuteAsync("INSERT INTO things VALUES (10, 'ten'), (2, NULL), (-1, 'minus')");
        var reading = Read(batchSize: 2);

        var first = await reading.TakeAsync();
        await _database.ExecuteAsync("INSERT INTO things VALUES (11)");
        var (last, next) = (await reading.TakeAsync(), await reading.TakeAsync());

        Assert.Equal(("public.things", true, false), (first.SnapshotOf, first.IsFirst, first.IsLast));
        Assert.Equal((false, true), (last.IsFirst, last.IsLast));
        Assert.Equal(["-1", "2", "10"], first.Changes.Concat(last.Changes).Select(change => change["id"].Text));
        Assert.All(first.Changes, change => Assert.Equal(ChangeOperation.Read, change.Operation));
        Assert.True(first.Changes[1]["name"].IsNull);
        Assert.Equal(-1, first.Changes[0].Table.IndexOf("doubled"));
        Assert.Equal((null, ChangeOperation.Insert, "11"), (next.SnapshotOf, next.Changes[0].Operation, next.Changes[0]["id"].Text));
        Assert.True(last.Changes[0].Id < next.Changes[0].Id);
    }

    [Fact]
    public async Task Values_are_written_as_the_stream_writes_them()
    {
        await _database.ExecuteAsync("""
            ALTER TABLE things ADD a bool, ADD b timestamptz, ADD c bytea, ADD d numeric(12,2), ADD e float8, ADD f text[], ADD g jsonb, ADD h vector(2), ADD i interval, ADD j uuid, ADD k char(3);
            """);
        const string Values = "true, '2026-02-03 04:05:06.789+02', '\\x00ff', 12.50, 0.1, '{a,\"b c\",NULL}', '{\"x\": [1, null]}', '[1,0.25]', '1 day 02:03', '019a0000-0000-7000-8000-000000000000', 'x'";
        await _database.ExecuteAsync($"INSERT INTO things (id, a, b, c, d, e, f, g, h, i, j, k) VALUES (1, {Values})");
        var reading = Read();
        var read = Assert.Single((await reading.TakeAsync()).Changes);

        await _database.ExecuteAsync($"INSERT INTO things (id, a, b, c, d, e, f, g, h, i, j, k) VALUES (2, {Values})");
        var inserted = Assert.Single((await reading.TakeAsync()).Changes);

        Assert.Equal(inserted.Table.Columns, read.Table.Columns);
        Assert.Equal(inserted.After!.Values.Skip(1), read.After!.Values.Skip(1));
        Assert.Equal(("t", "2026-02-03 02:05:06.789+00", "\\x00ff"), (read["a"].Text, read["b"].Text, read["c"].Text));
    }

    [Fact]
    public async Task A_snapshot_that_was_interrupted_goes_on_after_the_last_confirmed_row()
    {
        await _database.ExecuteAsync("INSERT INTO things SELECT n, 'before' FROM generate_series(1, 10) n");
        var first = Read(batchSize: 4);
        await first.TakeAsync();
        await first.NextAsync();
        await first.StopAsync();
        // One row that was delivered, one that was not, and one that is new.
        await _database.ExecuteAsync("UPDATE things SET name = 'after' WHERE id IN (2, 9); INSERT INTO things VALUES (0, 'new')");

        var second = Read(batchSize: 100);
        var stream = await second.TakeAsync();
        var rest = await second.TakeAsync();

        // What happened meanwhile to rows that were delivered is not to be had from the rest of the snapshot.
        Assert.Null(stream.SnapshotOf);
        Assert.Equal(["2", "9", "0"], stream.Changes.Select(change => change["id"].Text));
        Assert.Equal(("public.things", false, true), (rest.SnapshotOf, rest.IsFirst, rest.IsLast));
        Assert.Equal(Enumerable.Range(5, 6).Select(n => n.ToString(CultureInfo.InvariantCulture)), rest.Changes.Select(change => change["id"].Text));
        Assert.Equal("after", rest.Changes.Single(change => change["id"].Text == "9")["name"].Text);
    }

    [Fact]
    public async Task A_snapshot_that_is_complete_is_not_taken_again()
    {
        await _database.ExecuteAsync("INSERT INTO things VALUES (1)");
        var first = Read();
        await first.TakeAsync();
        await first.StopAsync();
        await _database.ExecuteAsync("INSERT INTO things VALUES (2)");

        Assert.Equal((null, "2"), await NextRowAsync(Read()));
    }

    [Fact]
    public async Task A_table_without_rows_has_an_empty_snapshot()
    {
        var batch = await Read().TakeAsync();

        Assert.Equal("public.things", batch.SnapshotOf);
        Assert.Empty(batch.Changes);
        Assert.True(batch.IsFirst && batch.IsLast);
    }

    [Fact]
    public async Task A_table_that_is_published_later_gets_a_snapshot_of_its_own()
    {
        await _database.ExecuteAsync("INSERT INTO things VALUES (1); CREATE TABLE more (a int, b text, PRIMARY KEY (b, a)); INSERT INTO more VALUES (1, 'y'), (2, 'x')");
        var reading = Read();
        await reading.TakeAsync();

        await _database.ExecuteAsync("ALTER PUBLICATION things ADD TABLE more");
        var snapshot = await reading.TakeAsync();
        await _database.ExecuteAsync("INSERT INTO more VALUES (3, 'z')");
        var change = Assert.Single((await reading.TakeAsync()).Changes);

        Assert.Equal("public.more", snapshot.SnapshotOf);
        Assert.Equal(["2", "1"], snapshot.Changes.Select(row => row["a"].Text));
        Assert.Equal((ChangeOperation.Insert, "public.more"), (change.Operation, change.Table.FullName));
    }

    [Fact]
    public async Task Only_rows_and_columns_that_are_published_are_read()
    {
        await _database.ExecuteAsync("DROP PUBLICATION things; CREATE PUBLICATION things FOR TABLE things (id, name) WHERE (id > 1)");
        await _database.ExecuteAsync("INSERT INTO things VALUES (1, 'one', 'long'), (2, 'two', 'long')");

        var batch = await Read().TakeAsync();

        Assert.Equal("2", Assert.Single(batch.Changes)["id"].Text);
        Assert.Equal(-1, batch.Changes[0].Table.IndexOf("long"));
    }

    [Fact]
    public async Task With_writers_at_work_and_readers_dying_a_copy_made_of_it_ends_up_equal()
    {
        await _database.ExecuteAsync("INSERT INTO things SELECT n, '0' FROM generate_series(1, 2000) n");
        using var stop = new CancellationTokenSource();
        var writer = WriteAsync(stop.Token);
        var copy = new Dictionary<string, long>();
        var random = new Random(5);

        // Each reader dies after a few batches, some of which it has not confirmed.
        for (var life = 0; life < 8; life++)
        {
            await using var reading = Read(batchSize: 100);
            for (var batches = random.Next(2, 12); batches > 0; batches--)
            {
                var batch = await reading.NextAsync();
                Apply(batch);
                if (random.Next(4) != 0)
                    await reading.ConfirmAsync(batch);
            }
        }

        await stop.CancelAsync();
        await writer;
        await _database.ExecuteAsync("INSERT INTO things VALUES (-1, '0')");
        var last = Read();
        while (!copy.ContainsKey("-1") || !await _database.ScalarAsync<bool>("SELECT is_complete FROM ops.change_stream_snapshots"))
        {
            Apply(await last.TakeAsync());
        }

        Assert.Equal(await _database.ScalarAsync<long>("SELECT count(*) FROM things"), copy.Count);
        Assert.Equal(await _database.ScalarAsync<decimal>("SELECT sum(name::bigint) FROM things"), copy.Values.Sum());

        void Apply(ChangeBatch batch)
        {
            foreach (var change in batch.Changes)
            {
                var id = change["id"].Text!;
                if (change.Operation == ChangeOperation.Delete)
                {
                    copy.Remove(id);
                    continue;
                }

                copy[id] = long.Parse(change["name"].Text!, CultureInfo.InvariantCulture);
            }
        }
    }

    // Counts rows up, removes them and puts them back, in many small transactions.
    private async Task WriteAsync(CancellationToken stop)
    {
        var random = new Random(7);
        await using var connection = await _database.ConnectAsync();
        await using var put = new NpgsqlCommand("INSERT INTO things VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = $2", connection)
        {
            Parameters = { new NpgsqlParameter<int>(), new NpgsqlParameter<string>() },
        };
        await using var remove = new NpgsqlCommand("DELETE FROM things WHERE id = $1", connection) { Parameters = { new NpgsqlParameter<int>() } };
        for (var n = 1; !stop.IsCancellationRequested; n++)
        {
            var command = n % 5 == 0 ? remove : put;
            put.Parameters[1].Value = n.ToString(CultureInfo.InvariantCulture);
            command.Parameters[0].Value = random.Next(1, 2000);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private Reading Read(int batchSize = 1_000) => _database.Read(options =>
    {
        options.Snapshot = true;
        options.MaxBatchSize = batchSize;
    });

    private static async Task<(string? SnapshotOf, string? Id)> NextRowAsync(Reading reading)
    {
        var batch = await reading.NextAsync();
        return (batch.SnapshotOf, Assert.Single(batch.Changes)["id"].Text);
    }
}
