using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Realtime;

/// <summary>What is committed is in the log: all of it, in the order of the commits, once.</summary>
public sealed class PublishingTests(Stack stack) : IAsyncLifetime
{
    private PublishedLog _log = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _log = await PublishedLog.CreateAsync(stack);

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task A_row_that_changes_is_an_event_with_its_place_in_the_wal()
    {
        await _log.StartNodeAsync();

        var id = await _log.AddBookAsync();
        await _log.Database.ExecuteAsync("UPDATE catalog.books SET published_year = 1871 WHERE id = $1", id);

        var events = await _log.EventsAsync(2);
        Assert.Equal(["insert", "update"], events.Select(change => change.Operation));
        Assert.All(events, change => Assert.Equal([$"books/{id}", "catalog"], change.Topics));
        Assert.True(events[0].Id < events[1].Id);
        var told = JsonNode.Parse(events[1].Data.Span)!;
        Assert.Equal("Middlemarch", (string?)told["title"]);
        Assert.Equal(1871, (int?)told["publishedYear"]);
    }

    [Fact]
    public async Task Transactions_come_in_the_order_of_their_commits_whichever_began_or_wrote_first()
    {
        await _log.StartNodeAsync();
        await using var first = await BeginAsync("first");
        await using var second = await BeginAsync("second");
        var between = await _log.AddBookAsync();
        await second.Transaction.CommitAsync(Token);
        await first.Transaction.CommitAsync(Token);

        var events = await _log.EventsAsync(3);

        Assert.Equal([between, second.Book, first.Book], events.Select(PublishedLog.BookOf));
        Assert.Equal(events.Select(change => change.Id).Order(), events.Select(change => change.Id));
    }

    [Fact]
    public async Task A_transaction_that_comes_in_parts_is_published_whole_though_its_publisher_is_killed_in_the_middle()
    {
        // One event a part, so that there is a middle.
        var first = await _log.StartNodeAsync(("ChangeStream:MaxBatchSize", "1"));
        await _log.Database.ExecuteAsync("INSERT INTO catalog.books (id, title, ratings_count, created_at, updated_at) SELECT gen_random_uuid(), n, 0, now(), now() FROM generate_series(1, 5000) AS n");
        await _log.EventsAsync(10);
        await first.KillAsync();
        var published = (await _log.EventsAsync()).Count;

        await _log.StartNodeAsync();

        Assert.InRange(published, 10, 4_999);
        var events = await _log.EventsAsync(5_000);
        await _log.CaughtUpAsync();
        Assert.Equal(Enumerable.Range(1, 5_000).Select(n => n.ToString(CultureInfo.InvariantCulture)), (await _log.EventsAsync()).Select(change => (string?)JsonNode.Parse(change.Data.Span)!["title"]));
        Assert.Single(events.Select(change => change.Id.CommitLsn).Distinct());
    }

    [Fact]
    public async Task A_publisher_that_dies_before_it_confirmed_leaves_nothing_out_and_nothing_twice()
    {
        var first = await _log.StartNodeAsync();
        var ids = await _log.AddBooksAsync(20);
        var events = await _log.EventsAsync(20);
        await first.KillAsync();
        var confirmed = await _log.ConfirmedAsync();

        await _log.StartNodeAsync();
        var after = await _log.AddBookAsync();
        await _log.EventsAsync(21);

        Assert.True(confirmed < events[^1].Id, "the server would send the last again");
        Assert.Equal([.. ids, after], await _log.BooksAsync());
        Assert.Equal(events.Select(change => change.Id), (await _log.EventsAsync()).Take(20).Select(change => change.Id));
    }

    [Fact]
    public async Task Another_node_goes_on_where_one_was_killed()
    {
        var first = await _log.StartNodeAsync();
        await _log.StartNodeAsync();
        var before = await _log.AddBooksAsync(5);
        await _log.EventsAsync(5);

        await first.KillAsync();
        var after = await _log.AddBooksAsync(5);

        await _log.EventsAsync(10);
        Assert.Equal([.. before, .. after], await _log.BooksAsync());
    }

    [Fact]
    public async Task The_position_moves_on_when_nothing_happens_that_anybody_is_told_of()
    {
        await _log.StartNodeAsync();
        await _log.AddBookAsync();
        var before = (await _log.EventsAsync(1))[0].Id;

        await _log.CaughtUpAsync();

        Assert.True((await _log.StateAsync()).Position > before);
        Assert.Single(await _log.EventsAsync());
    }

    [Fact]
    public async Task What_redis_could_not_be_told_waits_in_the_database()
    {
        var (proxy, through) = TcpProxy.BeforeRedis(_log.Redis);
        await using var _ = proxy;
        await _log.StartNodeAsync(("ConnectionStrings:redis", through));
        var before = await _log.AddBooksAsync(2);
        await _log.EventsAsync(2);

        proxy.Cut();
        var meanwhile = await _log.AddBooksAsync(3);
        proxy.Restore();

        await _log.EventsAsync(5);
        Assert.Equal([.. before, .. meanwhile], await _log.BooksAsync());
    }

    [Fact]
    public async Task A_node_whose_client_only_thinks_that_it_is_subscribed_subscribes_again()
    {
        var wake = RedisChannel.Literal($"{_log.Database.Name}:changes:wake");
        var (proxy, through) = TcpProxy.BeforeRedis(_log.Redis);
        await using var _ = proxy;
        proxy.Misdirect((string)wake!);
        await _log.StartNodeAsync(("ConnectionStrings:redis", through));
        await Eventually.HoldsAsync(() => Task.FromResult(!proxy.Misdirects), "the client has subscribed to another channel");
        await using var redis = await ConnectionMultiplexer.ConnectAsync(_log.Redis);
        var server = redis.GetServers()[0];
        Assert.Equal(0, await server.SubscriptionSubscriberCountAsync(wake));

        // The client itself would look at its subscriptions after a minute.
        await Eventually.HoldsAsync(async () => await _log.AddBookAsync() != default && await server.SubscriptionSubscriberCountAsync(wake) == 1, "it is subscribed", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task What_redis_did_though_its_answer_was_lost_is_not_done_again()
    {
        var (proxy, through) = TcpProxy.BeforeRedis(_log.Redis);
        await using var _ = proxy;
        await _log.StartNodeAsync(("ConnectionStrings:redis", through));
        var before = await _log.AddBookAsync();
        await _log.EventsAsync(1);

        proxy.LoseAnswers();
        var told = await _log.AddBookAsync();
        await _log.EventsAsync(2);
        // The node never hears of it: its connection ends, and it tells it again by another.
        proxy.Cut();
        proxy.Restore();
        var after = await _log.AddBookAsync();

        await _log.EventsAsync(3);
        Assert.Equal([before, told, after], await _log.BooksAsync());
    }

    private async Task<OpenTransaction> BeginAsync(string title)
    {
        var connection = new NpgsqlConnection(_log.Database.Admin);
        await connection.OpenAsync(Token);
        var transaction = await connection.BeginTransactionAsync(Token);
        var id = Guid.CreateVersion7();
        await using var insert = new NpgsqlCommand("INSERT INTO catalog.books (id, title, ratings_count, created_at, updated_at) VALUES ($1, $2, 0, now(), now())", connection, transaction)
        {
            Parameters = { new() { Value = id }, new() { Value = title } },
        };
        await insert.ExecuteNonQueryAsync(Token);
        return new OpenTransaction(connection, transaction, id);
    }

    private sealed record OpenTransaction(NpgsqlConnection Connection, NpgsqlTransaction Transaction, Guid Book) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Transaction.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
