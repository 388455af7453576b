using System.Diagnostics.Metrics;
using Npgsql;
using Platform.ChangeStream;
using Platform.Tests.Support;

namespace Platform.Tests.ChangeStream;

/// <summary>A database whose changes are read: the table <c>things</c>, published, and readers of one slot.</summary>
internal sealed class StreamDatabase : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly List<Reading> _readings = [];
    private readonly List<ReaderProcess> _processes = [];

    private StreamDatabase(TestDatabase database) => _database = database;

    /// <summary>The slot. Slots are the server's, so it has the database's name in it.</summary>
    public string Slot => $"{_database.Name}_things";

    /// <summary>The connection string of a role without REPLICATION.</summary>
    public string App => _database.App;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<StreamDatabase> CreateAsync(Stack stack) => await CreateAsync(await stack.CreateEmptyDatabaseAsync());

    public static async Task<StreamDatabase> CreateAsync(PostgresServer server) => await CreateAsync(await TestDatabase.PrepareAsync("test_changes", server.ConnectionString, redis: ""));

    private static async Task<StreamDatabase> CreateAsync(TestDatabase empty)
    {
        var database = new StreamDatabase(empty);
        await database.ExecuteAsync("CREATE SCHEMA ops");
        await database.ExecuteAsync(ChangeStreamSchema.Create);
        await database.ExecuteAsync("""
            CREATE TABLE things (id int PRIMARY KEY, name text, long text, doubled int GENERATED ALWAYS AS (id * 2) STORED);
            ALTER TABLE things ALTER long SET STORAGE EXTERNAL;
            CREATE PUBLICATION things FOR TABLE things;
            """);
        return database;
    }

    public Task<int> ExecuteAsync(string statement, params object[] parameters) => _database.ExecuteAsync(statement, parameters);

    public Task<T?> ScalarAsync<T>(string query, params object[] parameters) => _database.ScalarAsync<T>(query, parameters);

    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(_database.Admin);
        await connection.OpenAsync(Token);
        return connection;
    }

    /// <summary>Starts to read.</summary>
    public Reading Read(Action<ChangeStreamOptions>? configure = null, string? through = null, Meter? meter = null)
    {
        var options = new ChangeStreamOptions
        {
            ConnectionString = through ?? _database.Admin, Slot = Slot, Publication = "things", HeartbeatInterval = TimeSpan.FromMilliseconds(200),
            // A busy machine is no dead reader.
            SenderTimeout = TimeSpan.FromSeconds(30), RetryInterval = TimeSpan.FromMilliseconds(50),
        };
        configure?.Invoke(options);
        var reading = new Reading(new ChangeStreamReader(options, meter));
        _readings.Add(reading);
        return reading;
    }

    /// <summary>Starts to read, and waits until the slot is there and this reader has it: what is written from now on is read.</summary>
    public async Task<Reading> ReadFromNowAsync(Action<ChangeStreamOptions>? configure = null)
    {
        var reading = Read(configure);
        await reading.ActiveAsync();
        return reading;
    }

    /// <summary>Puts a proxy between readers and the server.</summary>
    public (TcpProxy Proxy, string Through) Proxy() => TcpProxy.Before(_database.Admin);

    /// <summary>Starts to read in a process of its own, which waits for a line of input before it confirms each batch when <paramref name="isHeld"/>.</summary>
    public ReaderProcess ReadInProcess(bool snapshot = false, bool isHeld = false)
    {
        var process = new ReaderProcess(_database.Admin, Slot, snapshot, isHeld);
        _processes.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Dispose();
        }

        foreach (var reading in _readings)
        {
            await reading.DisposeAsync();
        }

        await Eventually.HoldsAsync(async () => await ScalarAsync<long>("SELECT count(*) FROM pg_replication_slots WHERE database = $1 AND active", _database.Name) == 0, "no reader is left");
        await _database.DisposeAsync();
    }
}
