using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Npgsql;

namespace Platform.Faults;

/// <summary>The AppHost's PostgreSQL, one of one's own: killed and started again it recovers what was committed.</summary>
public sealed class PostgresServer : OwnServer
{
    private const string Password = "own-postgres-password";
    private readonly string[] _settings;

    private PostgresServer(string[] settings)
        : base("postgres") => _settings = settings;

    /// <summary>A superuser's connection string, to the database <c>postgres</c>.</summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = "postgres", Password = Password, Database = "postgres" }.ConnectionString;

    /// <summary>Starts one without data.</summary>
    /// <param name="settings">Such as <c>max_slot_wal_keep_size=1MB</c>, instead of the AppHost's.</param>
    public static async Task<PostgresServer> StartNewAsync(params string[] settings)
    {
        var server = new PostgresServer(settings);
        await server.StartAsync();
        return server;
    }

    private protected override async Task<IDistributedApplicationTestingBuilder> DescribeAsync(string[] arguments, int? port, string dataFolder, CancellationToken cancellationToken)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([$"--Parameters:postgres-password={Password}", .. arguments], cancellationToken);
        foreach (var other in builder.Resources.Where(resource => resource.Name is not ("postgres" or "postgres-password" or "platform")).ToList())
            builder.Resources.Remove(other);

        var postgres = builder.CreateResourceBuilder(builder.Resources.OfType<PostgresServerResource>().Single());
        var volume = postgres.Resource.Annotations.OfType<ContainerMountAnnotation>().Single();
        postgres.Resource.Annotations.Remove(volume);
        // Of an option that is given twice the last counts.
        postgres.WithBindMount(dataFolder, volume.Target).WithHostPort(port).WithArgs([.. _settings.SelectMany(setting => new[] { "-c", setting })]);
        return builder;
    }
}
