using System.Globalization;
using Platform.Realtime.Changes;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Realtime;

/// <summary>A database whose changes realtime nodes publish, and the log that they write.</summary>
internal sealed class PublishedLog : IAsyncDisposable
{
    private readonly List<RealtimeProcess> _nodes = [];
    private readonly ConnectionMultiplexer _redis;
    private readonly ChangeLogOptions _options;

    private PublishedLog(TestDatabase database, string redis, ConnectionMultiplexer connection)
    {
        (Database, Redis, _redis) = (database, redis, connection);
        _options = new ChangeLogOptions(database.Name, 1, TimeSpan.FromDays(1));
        Reader = new LogReader(connection, _options);
    }

    public TestDatabase Database { get; }

    /// <summary>The connection string of the Redis that has the log.</summary>
    public string Redis { get; }

    public LogReader Reader { get; }

    /// <param name="stack">Has the database.</param>
    /// <param name="redis">A Redis other than the stack's.</param>
    public static async Task<PublishedLog> CreateAsync(Stack stack, RedisServer? redis = null)
    {
        var database = await stack.CreateDatabaseAsync();
        var address = redis is null ? database.Redis : redis.Address;
        return new PublishedLog(database, address, await ConnectionMultiplexer.ConnectAsync($"{address},abortConnect=false"));
    }

    /// <summary>Starts a node, and waits until it publishes, or another does.</summary>
    public async Task<RealtimeProcess> StartNodeAsync(params (string Key, string Value)[] settings)
    {
        var node = await RealtimeProcess.StartAsync(Database, [("ConnectionStrings:redis", Redis), .. settings]);
        _nodes.Add(node);
        await Eventually.HoldsAsync(async () => await Reader.ReadAsync(default, null, 1) is not null
            // While it is being made it is somebody's already, and has no place yet.
            && await Database.ScalarAsync<long>("SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1 AND active AND confirmed_flush_lsn IS NOT NULL", RealtimeProcess.SlotOf(Database)) == 1, "changes are published");
        return node;
    }

    /// <summary>Adds a book, in a transaction of its own.</summary>
    public async Task<Guid> AddBookAsync(string title = "Middlemarch")
    {
        var id = Guid.CreateVersion7();
        await Database.ExecuteAsync("INSERT INTO catalog.books (id, title, ratings_count, created_at, updated_at) VALUES ($1, $2, 0, now(), now())", id, title);
        return id;
    }

    /// <summary>Adds books, each in a transaction of its own.</summary>
    public async Task<IReadOnlyList<Guid>> AddBooksAsync(int count)
    {
        List<Guid> ids = [];
        while (ids.Count < count)
            ids.Add(await AddBookAsync());
        return ids;
    }

    /// <summary>All events, once there are <paramref name="count"/> of them.</summary>
    public async Task<IReadOnlyList<ChangeEvent>> EventsAsync(int count)
    {
        IReadOnlyList<ChangeEvent> events = [];
        await Eventually.HoldsAsync(async () => (events = await EventsAsync()).Count >= count, string.Create(CultureInfo.InvariantCulture, $"there are {count} events"));
        return events;
    }

    public async Task<IReadOnlyList<ChangeEvent>> EventsAsync() => (await Reader.ReadAsync(default, null, int.MaxValue))?.Events ?? [];

    /// <summary>The books of all events, in order; of each the first topic names it.</summary>
    public async Task<IReadOnlyList<Guid>> BooksAsync() => [.. (await EventsAsync()).Select(BookOf)];

    /// <summary>Whose event it is.</summary>
    public static Guid BookOf(ChangeEvent change) => Guid.Parse(change.Topics[0]["books/".Length..]);

    /// <summary>How far PostgreSQL knows that all was published.</summary>
    public async Task<ChangePosition> ConfirmedAsync() => new(ulong.Parse(await Database.ScalarAsync<string>(
        "SELECT (confirmed_flush_lsn - '0/0')::text FROM pg_replication_slots WHERE slot_name = $1", RealtimeProcess.SlotOf(Database)) ?? "0", CultureInfo.InvariantCulture), 0);

    /// <summary>What the log says of itself.</summary>
    public async Task<LogReader.Page> StateAsync() => await Reader.ReadAsync(default, null, 1) ?? throw new InvalidOperationException("There is no log.");

    /// <summary>Where the WAL is: who subscribes from there is told of nothing that was committed before, published or not.</summary>
    public async Task<string> NowAsync() => (await Database.ScalarAsync<string>("SELECT pg_current_wal_insert_lsn()::text"))!;

    /// <summary>Waits until all that is committed now is published.</summary>
    public async Task CaughtUpAsync()
    {
        var now = ulong.Parse((await Database.ScalarAsync<string>("SELECT (pg_current_wal_lsn() - '0/0')::text"))!, CultureInfo.InvariantCulture);
        // Moves the stream past it.
        await Database.ExecuteAsync("SELECT pg_logical_emit_message(true, 'test', 'past')");
        await Eventually.HoldsAsync(async () => (await StateAsync()).Position > new ChangePosition(now, 0), "all is published");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await _redis.DisposeAsync();
        var slot = RealtimeProcess.SlotOf(Database);
        await Eventually.HoldsAsync(async () => await Database.ScalarAsync<long>("SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1 AND active", slot) == 0, "nobody reads the slot");
        await Database.ExecuteAsync("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1", slot);
        await Database.DisposeAsync();
    }
}
