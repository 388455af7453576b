using Npgsql;

namespace Platform.Api.Data;

/// <summary>
/// What only a superuser can do, once a database and again whenever a password changes: roles, the database itself, its
/// owner and its extensions. Repeating it changes nothing.
/// </summary>
internal static class DatabaseBootstrap
{
    // Extensions without which the platform does not work, and those it gets along without.
    private static readonly string[] Required = ["vector", "pg_trgm", "unaccent", "fuzzystrmatch"];
    private static readonly string[] Optional = ["pg_stat_statements", "timescaledb"];

    /// <summary>Prepares server and database for the migrations.</summary>
    /// <param name="adminConnectionString">A connection as a superuser, to any database of the server.</param>
    /// <param name="database">The platform's database; made when it is not there.</param>
    /// <param name="passwords">The passwords the roles have afterwards.</param>
    /// <param name="cancellationToken">Stops between statements.</param>
    /// <exception cref="InvalidOperationException">The server lacks an extension; the message names it.</exception>
    internal static async Task RunAsync(string adminConnectionString, string database, RolePasswords passwords, CancellationToken cancellationToken)
    {
        var admin = new NpgsqlConnectionStringBuilder(adminConnectionString) { Pooling = false, Database = "postgres" };
        await using var server = await OpenLockedAsync(admin, cancellationToken);
        await EnsureRoleAsync(server, "platform_owner", passwords.Owner, cancellationToken);
        await EnsureRoleAsync(server, "platform_app", passwords.App, cancellationToken);
        await EnsureRoleAsync(server, "platform_reader", passwords.Reader, cancellationToken);
        // Who may replicate can have every row anyway, from the write-ahead log; row security would only hide from it, without a
        // word, what it is to send on.
        await EnsureRoleAsync(server, "platform_replicator", passwords.Replicator, cancellationToken, "REPLICATION BYPASSRLS");
        // Sees how the server does, and of what is stored nothing.
        await EnsureRoleAsync(server, "platform_monitor", passwords.Monitor, cancellationToken);
        await ExecuteAsync(server, "GRANT pg_monitor TO platform_monitor", cancellationToken);
        await EnsureDatabaseAsync(server, database, cancellationToken);

        admin.Database = database;
        await using var inside = new NpgsqlConnection(admin.ConnectionString);
        await inside.OpenAsync(cancellationToken);
        await EnsureExtensionsAsync(inside, cancellationToken);
        await ExecuteAsync(inside, """
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            GRANT USAGE ON SCHEMA public TO platform_app, platform_reader, platform_replicator, platform_monitor;
            """, cancellationToken);
    }

    // Roles belong to the server, not to a database, so whoever bootstraps any database of it waits here. An advisory
    // lock is of one database: all must take it in the same one. Without it, two that start at once fail on each
    // other's catalog rows ("tuple concurrently updated"). Held until the connection closes.
    private static async Task<NpgsqlConnection> OpenLockedAsync(NpgsqlConnectionStringBuilder admin, CancellationToken cancellationToken)
    {
        var server = new NpgsqlConnection(admin.ConnectionString);
        try
        {
            await server.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT pg_advisory_lock(hashtext('platform bootstrap'))", server) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static async Task EnsureRoleAsync(
        NpgsqlConnection server, string role, string password, CancellationToken cancellationToken, string more = "NOREPLICATION NOBYPASSRLS")
    {
        await using var find = new NpgsqlCommand("SELECT coalesce(rolpassword, '') FROM pg_authid WHERE rolname = $1", server)
        {
            Parameters = { new() { Value = role } },
        };
        var verifier = await find.ExecuteScalarAsync(cancellationToken) as string;
        if (verifier is null)
        {
            await ExecuteAsync(server, "CREATE ROLE %1$I", cancellationToken, role);
        }

        await ExecuteAsync(server, "ALTER ROLE %1$I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE " + more, cancellationToken, role);
        if (!ScramVerifier.Matches(verifier, password))
        {
            await ExecuteAsync(server, "ALTER ROLE %1$I PASSWORD %2$L", cancellationToken, role, ScramVerifier.Create(password));
        }
    }

    private static async Task EnsureDatabaseAsync(NpgsqlConnection server, string database, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", server) { Parameters = { new() { Value = database } } };
        if (await find.ExecuteScalarAsync(cancellationToken) is null)
        {
            await ExecuteAsync(server, "CREATE DATABASE %1$I OWNER platform_owner", cancellationToken, database);
        }

        await ExecuteAsync(server, "ALTER DATABASE %1$I OWNER TO platform_owner", cancellationToken, database);
        await ExecuteAsync(server, "REVOKE ALL ON DATABASE %1$I FROM PUBLIC", cancellationToken, database);
        await ExecuteAsync(server, "GRANT CONNECT ON DATABASE %1$I TO platform_app, platform_reader, platform_replicator, platform_monitor", cancellationToken, database);
    }

    private static async Task EnsureExtensionsAsync(NpgsqlConnection inside, CancellationToken cancellationToken)
    {
        await using var list = new NpgsqlCommand("""
            SELECT e.name, e.installed_version IS NOT NULL,
                   e.name <> 'timescaledb' OR current_setting('shared_preload_libraries') LIKE '%timescaledb%'
            FROM pg_available_extensions e WHERE e.name = ANY ($1)
            """, inside) { Parameters = { new() { Value = Required.Concat(Optional).ToArray() } } };
        var available = new Dictionary<string, (bool Installed, bool Loadable)>();
        await using (var reader = await list.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                available[reader.GetString(0)] = (reader.GetBoolean(1), reader.GetBoolean(2));
            }
        }

        if (Required.FirstOrDefault(name => !available.ContainsKey(name)) is { } missing)
        {
            throw new InvalidOperationException($"The PostgreSQL server lacks the extension {missing}: install its package beside the server.");
        }

        // TimescaleDB refuses to be made, and ends the session, where it is not preloaded.
        foreach (var name in available.Where(e => e.Value is { Installed: false, Loadable: true }).Select(e => e.Key))
        {
            await ExecuteAsync(inside, "CREATE EXTENSION IF NOT EXISTS %1$I", cancellationToken, name);
        }
    }

    // Statements about roles and databases take no parameters; the server itself quotes what goes into them.
    private static async Task ExecuteAsync(NpgsqlConnection connection, string format, CancellationToken cancellationToken, params string[] names)
    {
        await using var quote = new NpgsqlCommand("SELECT format($1, VARIADIC $2::text[])", connection)
        {
            Parameters = { new() { Value = format }, new() { Value = names } },
        };
        var statement = (string)(await quote.ExecuteScalarAsync(cancellationToken))!;
#pragma warning disable CA2100 // quoted by the line above
        await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
