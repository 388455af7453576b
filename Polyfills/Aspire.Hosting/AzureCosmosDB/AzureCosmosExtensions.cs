using System.Diagnostics.CodeAnalysis;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Azure;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds Azure Cosmos DB accounts, emulated.</summary>
public static class AzureCosmosExtensions
{
    private const int EmulatorPort = 8081;
    private const string DataPath = "/data";

    /// <summary>Adds an account.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<AzureCosmosDBResource> AddAzureCosmosDB(this IDistributedApplicationBuilder builder, [ResourceName] string name)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new AzureCosmosDBResource(name));
    }

    /// <summary>Runs Microsoft's Linux emulator in place of the account. It is healthy when it answers; then its databases and containers are made.</summary>
    /// <param name="builder">The account.</param>
    /// <param name="configureContainer">Configures the emulator's container.</param>
    /// <returns>The builder.</returns>
    [Experimental("ASPIRECOSMOSDB001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
    public static IResourceBuilder<AzureCosmosDBResource> RunAsPreviewEmulator(this IResourceBuilder<AzureCosmosDBResource> builder, Action<IResourceBuilder<AzureCosmosDBEmulatorResource>>? configureContainer = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var account = builder.Resource;
        var check = $"{account.Name}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().AddAsyncCheck(check, async cancellationToken =>
        {
            using var client = await ConnectAsync(account, cancellationToken).ConfigureAwait(false);
            await client.ReadAccountAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        });
        builder.ApplicationBuilder.Eventing.Subscribe<ResourceReadyEvent>(account, (_, cancellationToken) => CreateAsync(account, cancellationToken));
        builder.WithHttpEndpoint(targetPort: EmulatorPort, name: AzureCosmosDBResource.EmulatorEndpointName).WithHealthCheck(check);
        var emulator = builder.ApplicationBuilder.CreateResourceBuilder(new AzureCosmosDBEmulatorResource(account));
        emulator.WithImage("cosmosdb/linux/azure-cosmos-emulator", "vnext-preview").WithImageRegistry("mcr.microsoft.com");
        configureContainer?.Invoke(emulator);
        return builder;
    }

    /// <summary>Sets the port callers use.</summary>
    /// <param name="builder">The emulator.</param>
    /// <param name="port">The port; <see langword="null"/> for any free one.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<AzureCosmosDBEmulatorResource> WithGatewayPort(this IResourceBuilder<AzureCosmosDBEmulatorResource> builder, int? port) =>
        builder.WithEndpoint(AzureCosmosDBResource.EmulatorEndpointName, endpoint => endpoint.Port = port);

    /// <summary>Keeps the data in a volume.</summary>
    /// <param name="builder">The emulator.</param>
    /// <param name="name">The volume; by default one of this application and resource.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<AzureCosmosDBEmulatorResource> WithDataVolume(this IResourceBuilder<AzureCosmosDBEmulatorResource> builder, string? name = null) =>
        builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), DataPath, isReadOnly: false);

    /// <summary>Adds a database, made when the account is ready unless it exists.</summary>
    /// <param name="builder">The account.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="databaseName">The database's name; by default the resource's.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<AzureCosmosDBDatabaseResource> AddCosmosDatabase(this IResourceBuilder<AzureCosmosDBResource> builder, [ResourceName] string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var database = new AzureCosmosDBDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.Databases.Add(database);
        return builder.ApplicationBuilder.AddResource(database);
    }

    /// <summary>Adds a container, made when the account is ready unless it exists.</summary>
    /// <param name="builder">The database.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="partitionKeyPath">Where items have their partition key, such as <c>/tenant</c>.</param>
    /// <param name="containerName">The container's name; by default the resource's.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<AzureCosmosDBContainerResource> AddContainer(this IResourceBuilder<AzureCosmosDBDatabaseResource> builder, [ResourceName] string name, string partitionKeyPath, string? containerName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var container = new AzureCosmosDBContainerResource(name, containerName ?? name, partitionKeyPath, builder.Resource);
        builder.Resource.Containers.Add(container);
        return builder.ApplicationBuilder.AddResource(container);
    }

    private static async Task CreateAsync(AzureCosmosDBResource account, CancellationToken cancellationToken)
    {
        using var client = await ConnectAsync(account, cancellationToken).ConfigureAwait(false);
        foreach (var database in account.Databases)
        {
            Database made = await client.CreateDatabaseIfNotExistsAsync(database.DatabaseName, cancellationToken: cancellationToken).ConfigureAwait(false);
            foreach (var container in database.Containers)
                await made.CreateContainerIfNotExistsAsync(container.ContainerName, container.PartitionKeyPath, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<CosmosClient> ConnectAsync(AzureCosmosDBResource account, CancellationToken cancellationToken) =>
        new(await account.ConnectionStringExpression.GetValueAsync(cancellationToken).ConfigureAwait(false), new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, RequestTimeout = TimeSpan.FromSeconds(3) });
}
