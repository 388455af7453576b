using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Aspire.Hosting;

/// <summary>Adds PostgreSQL servers and databases.</summary>
public static class PostgresBuilderExtensions
{
    private const string DataPath = "/var/lib/postgresql/data";

    /// <summary>Adds a PostgreSQL server. It is healthy when it takes connections; then its databases are made.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="userName">The superuser; <see langword="null"/> for <c>postgres</c>.</param>
    /// <param name="password">Its password; <see langword="null"/> for one generated on the first run.</param>
    /// <param name="port">The port callers use; <see langword="null"/> for any free one.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(this IDistributedApplicationBuilder builder, [ResourceName] string name, IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var server = new PostgresServerResource(name, userName?.Resource, password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password"));

        builder.Eventing.Subscribe<ResourceReadyEvent>(server, async (_, cancellationToken) =>
        {
            await using var connection = await OpenAsync(server.ConnectionStringExpression, "postgres", cancellationToken).ConfigureAwait(false);
            foreach (var database in server.Databases.Values)
                await CreateDatabaseAsync(connection, database, cancellationToken).ConfigureAwait(false);
        });

        var check = AddHealthCheck(builder, name, server.ConnectionStringExpression, "postgres");
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 5432, name: PostgresServerResource.PrimaryEndpointName)
            .WithImage("library/postgres", "17.6")
            .WithImageRegistry("docker.io")
            .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256")
            .WithEnvironment("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256")
            .WithEnvironment(context =>
            {
                context.EnvironmentVariables["POSTGRES_USER"] = server.UserNameReference;
                context.EnvironmentVariables["POSTGRES_PASSWORD"] = server.PasswordParameter;
            })
            .WithHealthCheck(check);
    }

    /// <summary>Adds a database, made when the server is ready unless it exists.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="databaseName">The database's name; by default the resource's.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(this IResourceBuilder<PostgresServerResource> builder, [ResourceName] string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(name, database.DatabaseName);
        var check = AddHealthCheck(builder.ApplicationBuilder, name, database.ConnectionStringExpression, database: null);
        return builder.ApplicationBuilder.AddResource(database).WithHealthCheck(check);
    }

    /// <summary>Keeps the data in a volume at the image's data folder (<c>/var/lib/postgresql/data</c>).</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The volume; by default one of this application and resource.</param>
    /// <param name="isReadOnly">Whether the server may only read.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), DataPath, isReadOnly);

    /// <summary>Keeps the data in a folder of the machine.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="source">The folder, relative to the AppHost's.</param>
    /// <param name="isReadOnly">Whether the server may only read.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<PostgresServerResource> WithDataBindMount(this IResourceBuilder<PostgresServerResource> builder, string source, bool isReadOnly = false) =>
        builder.WithBindMount(source, DataPath, isReadOnly);

    /// <summary>Sets the port callers use.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="port">The port; <see langword="null"/> for any free one.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<PostgresServerResource> WithHostPort(this IResourceBuilder<PostgresServerResource> builder, int? port) =>
        builder.WithEndpoint(PostgresServerResource.PrimaryEndpointName, endpoint => endpoint.Port = port);

    /// <summary>Sets the superuser's password.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="password">The password.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<PostgresServerResource> WithPassword(this IResourceBuilder<PostgresServerResource> builder, IResourceBuilder<ParameterResource> password)
    {
        builder.Resource.PasswordParameter = password.Resource;
        return builder;
    }

    private static string AddHealthCheck(IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionString, string? database)
    {
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().AddAsyncCheck(key, async cancellationToken =>
        {
            await using var connection = await OpenAsync(connectionString, database, cancellationToken).ConfigureAwait(false);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        });
        return key;
    }

    private static async Task<NpgsqlConnection> OpenAsync(ReferenceExpression connectionString, string? database, CancellationToken cancellationToken)
    {
        // Pooled connections would outlive the check and hold up the server's shutdown.
        var settings = new NpgsqlConnectionStringBuilder(await connectionString.GetValueAsync(cancellationToken).ConfigureAwait(false)) { Pooling = false, Timeout = 3 };
        if (database is not null)
            settings.Database = database;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task CreateDatabaseAsync(NpgsqlConnection connection, string database, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = database } } };
        if (await exists.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null)
            return;
        // A name cannot be a parameter: it is quoted as an identifier.
#pragma warning disable CA2100
        await using var create = new NpgsqlCommand($"CREATE DATABASE {new NpgsqlCommandBuilder().QuoteIdentifier(database)}", connection);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
