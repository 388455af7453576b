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
        await Eventually.HoldsAsync(async () => await Reader.ReadAsync(default, null, 1) is not null, "there is a log");
        return node;
    }

    /// <summary>All events, once there are <paramref name="count"/> of them.</summary>
    public async Task<IReadOnlyList<ChangeEvent>> EventsAsync(int count)
    {
        IReadOnlyList<ChangeEvent> events = [];
        await Eventually.HoldsAsync(async () => (events = await EventsAsync()).Count >= count, string.Create(CultureInfo.InvariantCulture, $"there are {count} events"));
        return events;
    }

    public async Task<IReadOnlyList<ChangeEvent>> EventsAsync() => (await Reader.ReadAsync(default, null, int.MaxValue))?.Events ?? [];

    /// <summary>What the log says of itself.</summary>
    public async Task<LogReader.Page> StateAsync() => await Reader.ReadAsync(default, null, 1) ?? throw new InvalidOperationException("There is no log.");

    /// <summary>Waits until all that is committed now is published.</summary>
    public async Task CaughtUpAsync()
    {
        var now = ulong.Parse((await Database.ScalarAsync<object>("SELECT (pg_current_wal_lsn() - '0/0')::text"))!.ToString()!, CultureInfo.InvariantCulture);
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
