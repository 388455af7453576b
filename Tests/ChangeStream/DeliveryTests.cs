using System.Text;
using Platform.ChangeStream;
using Platform.Tests.Support;

namespace Platform.Tests.ChangeStream;

/// <summary>What happened to the rows, as the stream tells it.</summary>
public sealed class DeliveryTests(Stack stack) : IAsyncLifetime
{
    private StreamDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await StreamDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_transaction_is_one_batch_of_its_changes_in_order()
    {
        var reading = await _database.ReadFromNowAsync();

        await _database.ExecuteAsync("""
            BEGIN;
            INSERT INTO things VALUES (1, 'one', NULL), (2, 'two', '');
            UPDATE things SET name = 'uno' WHERE id = 1;
            DELETE FROM things WHERE id = 2;
            COMMIT;
            """);
        var batch = await reading.NextAsync();

        Assert.Equal([ChangeOperation.Insert, ChangeOperation.Insert, ChangeOperation.Update, ChangeOperation.Delete], batch.Changes.Select(change => change.Operation));
        Assert.Equal(["1", "2", "1", "2"], batch.Changes.Select(change => Assert.Single(change.Key)));
        Assert.Equal([1L, 2, 3, 4], batch.Changes.Select(change => change.Id.Sequence));
        Assert.All(batch.Changes, change => Assert.Equal(batch.CommitLsn, change.Id.CommitLsn));
        Assert.Equal("public.things", batch.Changes[0].Table.FullName);
        Assert.True(batch.Changes[0]["long"].IsNull);
        Assert.Equal("", batch.Changes[1]["long"].Text);
        Assert.Equal("uno", batch.Changes[2]["name"].Text);
        Assert.True(batch.IsFirst && batch.IsLast);
        Assert.NotEqual(0u, batch.Xid);
        Assert.Equal(await _database.ScalarAsync<DateTime>("SELECT now()"), batch.CommitTime.UtcDateTime, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Transactions_come_in_the_order_of_their_commits()
    {
        var reading = await _database.ReadFromNowAsync();
        await using var first = await _database.ConnectAsync();
        await using var second = await _database.ConnectAsync();
        await using var begunFirst = await first.BeginTransactionAsync(Token);
        await using var begunSecond = await second.BeginTransactionAsync(Token);
        await new Npgsql.NpgsqlCommand("INSERT INTO things VALUES (1, 'begun first')", first).ExecuteNonQueryAsync(Token);
        await new Npgsql.NpgsqlCommand("INSERT INTO things VALUES (2, 'committed first')", second).ExecuteNonQueryAsync(Token);

        await begunSecond.CommitAsync(Token);
        await begunFirst.CommitAsync(Token);

        var (one, other) = (await reading.NextAsync(), await reading.NextAsync());
        Assert.Equal("committed first", Assert.Single(one.Changes)["name"].Text);
        Assert.Equal("begun first", Assert.Single(other.Changes)["name"].Text);
        Assert.True(one.CommitLsn < other.CommitLsn && one.Changes[0].Id < other.Changes[0].Id && one.Number < other.Number);
    }

    [Fact]
    public async Task What_was_rolled_back_is_not_told()
    {
        var reading = await _database.ReadFromNowAsync();

        await _database.ExecuteAsync("BEGIN; INSERT INTO things VALUES (1); SELECT pg_logical_emit_message(true, 'said', 'never'); ROLLBACK");
        await _database.ExecuteAsync("BEGIN; SAVEPOINT s; INSERT INTO things VALUES (2); ROLLBACK TO s; INSERT INTO things VALUES (3); COMMIT");

        Assert.Equal("3", Assert.Single((await reading.NextAsync()).Changes)["id"].Text);
    }

    [Fact]
    public async Task A_long_value_that_an_update_left_alone_is_unchanged_and_not_null()
    {
        await _database.ExecuteAsync("ALTER TABLE things ADD embedding vector(2000); ALTER TABLE things ALTER embedding SET STORAGE EXTERNAL");
        await _database.ExecuteAsync("INSERT INTO things (id, name, long, embedding) SELECT 1, 'one', repeat('x', 10240), array_fill(0.5, '{2000}')::vector");
        var reading = await _database.ReadFromNowAsync();

        await _database.ExecuteAsync("UPDATE things SET name = 'uno' WHERE id = 1");
        var change = Assert.Single((await reading.NextAsync()).Changes);

        Assert.Equal("uno", change["name"].Text);
        Assert.All(["long", "embedding"], column =>
        {
            Assert.True(change[column].IsUnchanged);
            Assert.False(change[column].IsNull);
            Assert.Null(change[column].Text);
        });
        Assert.Equal("vector", change.Table.Columns[change.Table.IndexOf("embedding")].Type);
    }

    [Fact]
    public async Task With_a_full_identity_the_row_as_it_was_comes_too_and_nothing_is_left_out()
    {
        await _database.ExecuteAsync("ALTER TABLE things REPLICA IDENTITY FULL");
        await _database.ExecuteAsync("INSERT INTO things SELECT 1, 'one', repeat('x', 10240)");
        var reading = await _database.ReadFromNowAsync();

        await _database.ExecuteAsync("UPDATE things SET name = 'uno' WHERE id = 1");
        await _database.ExecuteAsync("DELETE FROM things");

        var update = Assert.Single((await reading.NextAsync()).Changes);
        Assert.Equal(("one", "uno"), (update.Before!["name"].Text, update.After!["name"].Text));
        Assert.Equal(10240, update.After["long"].Text!.Length);
        var delete = Assert.Single((await reading.NextAsync()).Changes);
        Assert.Equal("uno", delete.Before!["name"].Text);
        Assert.Null(delete.After);
    }

    [Fact]
    public async Task Of_a_row_that_is_gone_or_has_another_key_only_the_old_key_is_known()
    {
        await _database.ExecuteAsync("INSERT INTO things VALUES (1, 'one')");
        var reading = await _database.ReadFromNowAsync();

        await _database.ExecuteAsync("UPDATE things SET id = 5 WHERE id = 1");
        await _database.ExecuteAsync("DELETE FROM things WHERE id = 5");

        var moved = Assert.Single((await reading.NextAsync()).Changes);
        Assert.Equal(("1", "5"), (moved.Before!["id"].Text, moved.After!["id"].Text));
        Assert.Equal(ChangeAbsence.NotInIdentity, moved.Before["name"].Absence);
        Assert.False(moved.Before["name"].IsNull);
        var gone = Assert.Single((await reading.NextAsync()).Changes);
        Assert.Equal(["5"], gone.Key);
        Assert.Null(gone.After);
    }

    [Fact]
    public async Task Generated_columns_are_not_sent()
    {
        var reading = await _database.ReadFromNowAsync();

        await _database.ExecuteAsync("INSERT INTO things VALUES (1)");
        var change = Assert.Single((await reading.NextAsync()).Changes);

        Assert.Equal(-1, change.Table.IndexOf("doubled"));
        Assert.Throws<KeyNotFoundException>(() => change["doubled"]);
    }

    [Fact]
    public async Task After_alter_table_changes_have_the_new_columns()
    {
        var reading = await _database.ReadFromNowAsync();

        await _database.ExecuteAsync("BEGIN; INSERT INTO things VALUES (1); ALTER TABLE things ADD extra uuid; INSERT INTO things (id, extra) VALUES (2, gen_random_uuid()); COMMIT");
        var batch = await reading.NextAsync();

        Assert.Equal(-1, batch.Changes[0].Table.IndexOf("extra"));
        Assert.True(Guid.TryParse(batch.Changes[1]["extra"].Text, out _));
    }

    [Fact]
    public async Task A_truncation_is_one_change_without_a_row()
    {
        await _database.ExecuteAsync("INSERT INTO things VALUES (1), (2)");
        var reading = await _database.ReadFromNowAsync();

        await _database.ExecuteAsync("TRUNCATE things");
        var change = Assert.Single((await reading.NextAsync()).Changes);

        Assert.Equal((ChangeOperation.Truncate, "public.things"), (change.Operation, change.Table.FullName));
        Assert.Null(change.Before);
        Assert.Null(change.After);
        Assert.Empty(change.Key);
    }

    [Fact]
    public async Task A_message_comes_in_the_transaction_that_said_it()
    {
        var reading = await _database.ReadFromNowAsync();

        await _database.ExecuteAsync("BEGIN; INSERT INTO things VALUES (1); SELECT pg_logical_emit_message(true, 'sold', '{\"n\": 1}'); INSERT INTO things VALUES (2); COMMIT");
        await _database.ExecuteAsync("SELECT pg_logical_emit_message(true, 'sold', '')");

        var batch = await reading.NextAsync();
        var message = Assert.Single(batch.Messages);
        Assert.Equal(("sold", "{\"n\": 1}", 2L), (message.Prefix, Encoding.UTF8.GetString(message.Content.Span), message.Id.Sequence));
        Assert.Equal([1L, 3], batch.Changes.Select(change => change.Id.Sequence));
        Assert.Equal(0, Assert.Single((await reading.NextAsync()).Messages).Content.Length);
    }

    [Fact]
    public async Task A_large_transaction_comes_in_parts_of_which_the_last_is_marked()
    {
        var reading = await _database.ReadFromNowAsync(options => options.MaxBatchSize = 10);

        await _database.ExecuteAsync("INSERT INTO things SELECT generate_series(1, 30)");
        await _database.ExecuteAsync("INSERT INTO things VALUES (31)");

        ChangeBatch[] parts = [await reading.NextAsync(), await reading.NextAsync(), await reading.NextAsync()];
        Assert.All(parts, part => Assert.Equal(10, part.Changes.Count));
        Assert.Equal([true, false, false], parts.Select(part => part.IsFirst));
        Assert.Equal([false, false, true], parts.Select(part => part.IsLast));
        Assert.Single(parts.Select(part => part.CommitLsn).Distinct());
        Assert.Equal(Enumerable.Range(1, 30).Select(n => (long)n), parts.SelectMany(part => part.Changes).Select(change => change.Id.Sequence));
        Assert.Equal("31", Assert.Single((await reading.NextAsync()).Changes)["id"].Text);
    }

    [Fact]
    public async Task Long_rows_make_smaller_parts()
    {
        var reading = await _database.ReadFromNowAsync();

        await _database.ExecuteAsync("INSERT INTO things SELECT n, '', repeat('x', 1000000) FROM generate_series(1, 20) n");

        var part = await reading.NextAsync();
        Assert.InRange(part.Changes.Count, 2, 6);
        Assert.False(part.IsLast);
    }

    [Fact]
    public async Task An_id_is_one_that_a_Redis_stream_takes()
    {
        var id = new EventId(new NpgsqlTypes.NpgsqlLogSequenceNumber(0x1_0000_0010), 7);
        var read = new EventId(id.CommitLsn, 1_000, IsRead: true);

        Assert.Equal("4294967312-7", id.ToString());
        Assert.Equal("4294967312-r1000", read.ToString());
        Assert.True(read < id && id > read && id <= new EventId(id.CommitLsn, 8) && new EventId(id.CommitLsn, 8) >= id);
        await Task.CompletedTask;
    }
}
