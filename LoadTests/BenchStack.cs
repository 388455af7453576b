using System.CommandLine;
using Npgsql;
using Platform.Api.Data;

namespace Platform.LoadTests;

/// <summary>The database server that a bench measures on: that of <c>--postgres</c>, or the AppHost's, started for the bench.</summary>
internal sealed class BenchStack : IAsyncDisposable
{
    /// <summary>Common to all benches.</summary>
    internal static readonly Option<string?> Postgres = new("--postgres")
    {
        Description = "A superuser's connection string to a PostgreSQL 17 with pgvector; without it the bench starts the AppHost's.",
        Recursive = true,
    };

    private static readonly RolePasswords Passwords = new("bench-owner-password", "bench-app-password", "bench-reader-password", "bench-replicator-password", "bench-monitor-password");
    private readonly string _admin;
    private readonly IAsyncDisposable? _started;

    private BenchStack(string admin, IAsyncDisposable? started) => (_admin, _started) = (admin, started);

    /// <summary>Takes a server that somebody else started, and ends.</summary>
    internal static BenchStack On(string admin) => new(admin, null);

    /// <summary>Takes the server that the arguments name, or starts one with empty data, and prints what it all runs on.</summary>
    internal static async Task<BenchStack> StartAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var stack = arguments.GetValue(Postgres) is { } given ? new BenchStack(given, null) : await StartPostgresAsync(cancellationToken);
        await Console.Out.WriteLineAsync(Machine.Line(await stack.ServerVersionAsync(cancellationToken)));
        return stack;
    }

    private static async Task<BenchStack> StartPostgresAsync(CancellationToken cancellationToken)
    {
        var (application, connectionString) = await AppHostServer.StartAsync("postgres", ["platform", "postgres-password"], cancellationToken);
        return new BenchStack(connectionString, application);
    }

    /// <summary>Makes a database with every migration applied.</summary>
    /// <param name="name">Its name; one that is there already is used as it is unless <paramref name="fresh"/>.</param>
    /// <param name="fresh">Whether to drop one that is there already.</param>
    /// <param name="cancellationToken">Stops between statements.</param>
    internal async Task<BenchDatabase> CreateDatabaseAsync(string name, bool fresh, CancellationToken cancellationToken)
    {
        if (fresh)
        {
            await using var server = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_admin) { Database = "postgres" }.ConnectionString);
            await server.OpenAsync(cancellationToken);
#pragma warning disable CA2100 // the name is a constant of the bench
            await using var drop = new NpgsqlCommand($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", server);
#pragma warning restore CA2100
            await drop.ExecuteNonQueryAsync(cancellationToken);
        }

        await DatabaseBootstrap.RunAsync(_admin, name, Passwords, cancellationToken);
        var database = new BenchDatabase(As(null, null), As("platform_owner", Passwords.Owner), As("platform_app", Passwords.App), As("platform_replicator", Passwords.Replicator));
        await MigrateCommand.MigrateAsync(database.Owner, target: null, TextWriter.Null, cancellationToken);
        return database;

        string As(string? user, string? password)
        {
            var builder = new NpgsqlConnectionStringBuilder(_admin) { Database = name };
            if (user is not null)
            {
                (builder.Username, builder.Password) = (user, password);
            }

            return builder.ConnectionString;
        }
    }

    public ValueTask DisposeAsync() => _started?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<string> ServerVersionAsync(CancellationToken cancellationToken)
    {
        await using var server = new NpgsqlConnection(_admin);
        await server.OpenAsync(cancellationToken);
        return server.PostgreSqlVersion.ToString();
    }
}

/// <summary>Connection strings of a bench's database: of a superuser, of the owner of the tables, of the services, of who reads its changes.</summary>
internal sealed record BenchDatabase(string Admin, string Owner, string App, string Replicator);
