using Npgsql;
using Platform.Api.Data;
using Platform.Tests.Support;

[assembly: AssemblyFixture(typeof(Stack))]

namespace Platform.Tests.Support;

/// <summary>
/// The running stack, started once for the whole test run and only when the first test asks for it, so that
/// tests which need no server do not wait for one.
/// </summary>
public sealed class Stack : IAsyncDisposable
{
    private const string Template = "platform_template";
    private static readonly RolePasswords Passwords = new("test-owner-password", "test-app-password", "test-reader-password");

    private readonly Lazy<Task<Servers>> _servers;
    private readonly Lazy<Task> _template;
    private int _databases;

    public Stack()
    {
        _servers = new(StartAsync);
        _template = new(MakeTemplateAsync);
    }

    /// <summary>A superuser's connection string, to the database <c>postgres</c>.</summary>
    public async Task<string> AdminConnectionStringAsync() => (await _servers.Value).Postgres;

    /// <summary>The connection string of the stack's Redis.</summary>
    public async Task<string> RedisConnectionStringAsync() => (await _servers.Value).Redis;

    /// <summary>A database of the caller's own, with every migration applied and no rows.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync()
    {
        await _template.Value;
        var name = $"test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        return await PrepareAsync(name);
    }

    /// <summary>A database of the caller's own with roles and extensions but without any migration applied.</summary>
    public async Task<TestDatabase> CreateEmptyDatabaseAsync() =>
        await PrepareAsync($"test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}");

    public async ValueTask DisposeAsync()
    {
        if (_servers.IsValueCreated)
        {
            await (await _servers.Value).DisposeAsync();
        }
    }

    // Owner and privileges of a database are not part of its template: bootstrap sets them on each copy.
    private async Task<TestDatabase> PrepareAsync(string name)
    {
        var servers = await _servers.Value;
        await DatabaseBootstrap.RunAsync(servers.Postgres, name, Passwords, CancellationToken.None);
        return new TestDatabase(name, servers.Postgres, servers.Redis, Passwords);
    }

    private async Task MakeTemplateAsync()
    {
        var servers = await _servers.Value;
        await ExecuteAsync($"DROP DATABASE IF EXISTS {Template} WITH (FORCE)");
        var template = await PrepareAsync(Template);
        await MigrateCommand.MigrateAsync(template.Owner, target: null, TextWriter.Null, CancellationToken.None);
        NpgsqlConnection.ClearAllPools();
        // A database can be copied only while nobody is connected to it, TimescaleDB's scheduler included.
        await ExecuteAsync($"ALTER DATABASE {Template} ALLOW_CONNECTIONS false");
        await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Template}'");
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(await AdminConnectionStringAsync());
        await connection.OpenAsync();
#pragma warning disable CA2100 // the names are made above
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 120 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static Task<Servers> StartAsync() => Task.FromResult(new Servers(
        Environment.GetEnvironmentVariable("TEST_POSTGRES") ?? "Host=127.0.0.1;Port=54399;Username=postgres;Database=postgres;Pooling=false",
        Environment.GetEnvironmentVariable("TEST_REDIS") ?? "127.0.0.1:63799"));

    private sealed record Servers(string Postgres, string Redis) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
