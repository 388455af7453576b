using Npgsql;
using Platform.Api.Data;

namespace Platform.Tests.Support;

/// <summary>A database of one test class, dropped when disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    internal static readonly RolePasswords Passwords = new("test-owner-password", "test-app-password", "test-reader-password", "test-replicator-password", "test-monitor-password");
    private readonly string _server;

    internal TestDatabase(string name, string server, string redis)
    {
        (Name, _server, Redis) = (name, server, redis);
        Admin = ConnectionString(null, null);
        Owner = ConnectionString("platform_owner", Passwords.Owner);
        App = ConnectionString("platform_app", Passwords.App);
        Reader = ConnectionString("platform_reader", Passwords.Reader);
        Replicator = ConnectionString("platform_replicator", Passwords.Replicator);
        Monitor = ConnectionString("platform_monitor", Passwords.Monitor);
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>A superuser's connection string.</summary>
    public string Admin { get; }

    /// <summary>The connection string of <c>platform_owner</c>.</summary>
    public string Owner { get; }

    /// <summary>The connection string of <c>platform_app</c>, the role that the services have.</summary>
    public string App { get; }

    /// <summary>The connection string of <c>platform_reader</c>.</summary>
    public string Reader { get; }

    /// <summary>The connection string of <c>platform_replicator</c>.</summary>
    public string Replicator { get; }

    /// <summary>The connection string of <c>platform_monitor</c>.</summary>
    public string Monitor { get; }

    /// <summary>The connection string of the stack's Redis.</summary>
    public string Redis { get; }

    /// <summary>A database with roles and extensions; made when it is not there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="server">A superuser's connection string, to the server's database <c>postgres</c>.</param>
    /// <param name="redis">The connection string of the Redis that goes with it.</param>
    internal static async Task<TestDatabase> PrepareAsync(string name, string server, string redis)
    {
        // Owner and privileges of a database are not part of its template: bootstrap sets them on each copy.
        await DatabaseBootstrap.RunAsync(server, name, Passwords, CancellationToken.None);
        return new TestDatabase(name, server, redis);
    }

    /// <summary>Runs a statement as superuser, for what the platform itself has no way to do.</summary>
    public async Task<int> ExecuteAsync(string statement, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(Admin);
        await connection.OpenAsync();
        await using var command = Command(connection, statement, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The single value that a query answers, read as superuser.</summary>
    public async Task<T?> ScalarAsync<T>(string query, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(Admin);
        await connection.OpenAsync();
        await using var command = Command(connection, query, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = new NpgsqlConnection(_server);
        await connection.OpenAsync();
        await using var command = Command(connection, $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)", []);
        await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, object[] parameters)
    {
#pragma warning disable CA2100 // written by a test
        var command = new NpgsqlCommand(text, connection);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return command;
    }

    // A small pool: many databases share one server's connections.
    private string ConnectionString(string? user, string? password)
    {
        var builder = new NpgsqlConnectionStringBuilder(_server) { Database = Name, Pooling = user is not null, MaxPoolSize = 10 };
        if (user is not null)
        {
            (builder.Username, builder.Password) = (user, password);
        }

        return builder.ConnectionString;
    }
}
