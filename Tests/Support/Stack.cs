using Aspire.Hosting;
using Aspire.Hosting.Testing;
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

    private readonly Lazy<Task<DistributedApplication>> _app;
    private readonly Lazy<Task> _template;
    private int _databases;

    public Stack()
    {
        _app = new(StartAsync);
        _template = new(MakeTemplateAsync);
    }

    /// <summary>The running AppHost; its PostgreSQL and Redis are healthy, the rest may still be starting.</summary>
    public Task<DistributedApplication> AppAsync() => _app.Value;

    /// <summary>A superuser's connection string, to the database <c>postgres</c>.</summary>
    public async Task<string> AdminConnectionStringAsync() =>
        new NpgsqlConnectionStringBuilder(await ConnectionStringAsync("postgres")) { Database = "postgres", Pooling = false }.ConnectionString;

    /// <summary>The connection string of the stack's Redis.</summary>
    public Task<string> RedisConnectionStringAsync() => ConnectionStringAsync("redis");

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
        if (_app.IsValueCreated)
        {
            await (await _app.Value).DisposeAsync();
        }
    }

    private async Task<TestDatabase> PrepareAsync(string name) =>
        await TestDatabase.PrepareAsync(name, await AdminConnectionStringAsync(), await RedisConnectionStringAsync());

    private async Task MakeTemplateAsync()
    {
        await ExecuteAsync($"DROP DATABASE IF EXISTS {Template} WITH (FORCE)");
        var template = await PrepareAsync(Template);
        await MigrateCommand.MigrateAsync(template.Owner, target: null, TextWriter.Null, CancellationToken.None);
        NpgsqlConnection.ClearAllPools();
        // A database can be copied only while nobody is connected to it, TimescaleDB's scheduler included.
        await ExecuteAsync($"ALTER DATABASE {Template} ALLOW_CONNECTIONS false");
        await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Template}'");
    }

    private async Task<string> ConnectionStringAsync(string resource) =>
        await (await _app.Value).GetConnectionStringAsync(resource) ?? throw new InvalidOperationException($"{resource} has no connection string.");

    private async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(await AdminConnectionStringAsync());
        await connection.OpenAsync();
#pragma warning disable CA2100 // the names are made above
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 120 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<DistributedApplication> StartAsync()
    {
        // The passwords are the server's, not a database's: what the stack's own migrate step sets must be what
        // the databases of the tests are used with.
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([
            $"--Parameters:owner-password={TestDatabase.Passwords.Owner}",
            $"--Parameters:app-password={TestDatabase.Passwords.App}",
            $"--Parameters:reader-password={TestDatabase.Passwords.Reader}",
            $"--Parameters:replicator-password={TestDatabase.Passwords.Replicator}",
            $"--Parameters:monitor-password={TestDatabase.Passwords.Monitor}"]);
        var app = await builder.BuildAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await app.StartAsync(patience.Token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("postgres", patience.Token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("redis", patience.Token);
        return app;
    }
}
