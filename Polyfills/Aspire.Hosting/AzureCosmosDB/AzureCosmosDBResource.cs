using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>An Azure Cosmos DB account; here always an emulated one.</summary>
public class AzureCosmosDBResource : Resource, IResourceWithConnectionString, IResourceWithEndpoints, IResourceWithEnvironment, IResourceWithArgs, IResourceWithWaitSupport
{
    internal const string EmulatorEndpointName = "emulator";

    // Published for Microsoft's emulator, and the same everywhere.
    private const string EmulatorKey = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    internal AzureCosmosDBResource(string name)
        : base(name)
    {
    }

    /// <summary>Whether it is emulated.</summary>
    public bool IsEmulator => this.TryGetLastAnnotation<ContainerImageAnnotation>(out _);

    /// <summary>The account's endpoint and key.</summary>
    /// <exception cref="DistributedApplicationException">It is not emulated.</exception>
    public ReferenceExpression ConnectionStringExpression => IsEmulator
        ? ReferenceExpression.Create($"AccountKey={EmulatorKey};AccountEndpoint={new EndpointReference(this, EmulatorEndpointName).Property(EndpointProperty.Url)};DisableServerCertificateValidation=True;")
        : throw new DistributedApplicationException($"Cosmos DB '{Name}' would be an account in Azure: use RunAsPreviewEmulator(), or AddConnectionString(\"{Name}\") for an account that is there.");

    internal List<AzureCosmosDBDatabaseResource> Databases { get; } = [];

    /// <inheritdoc cref="IResourceWithConnectionString.GetConnectionStringAsync"/>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);
}

/// <summary>The container of an emulated account, for its configuration.</summary>
/// <param name="innerResource">The account.</param>
public class AzureCosmosDBEmulatorResource(AzureCosmosDBResource innerResource) : ContainerResource(innerResource.Name)
{
    /// <inheritdoc/>
    public override ResourceAnnotationCollection Annotations => innerResource.Annotations;
}

/// <summary>A database of an account.</summary>
public class AzureCosmosDBDatabaseResource : Resource, IResourceWithParent<AzureCosmosDBResource>, IResourceWithConnectionString
{
    /// <summary>Makes a database.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="databaseName">The database's name.</param>
    /// <param name="parent">Its account.</param>
    public AzureCosmosDBDatabaseResource(string name, string databaseName, AzureCosmosDBResource parent)
        : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(databaseName);
        ArgumentNullException.ThrowIfNull(parent);
        (DatabaseName, Parent) = (databaseName, parent);
    }

    /// <summary>The database's name.</summary>
    public string DatabaseName { get; }

    /// <summary>Its account.</summary>
    public AzureCosmosDBResource Parent { get; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Database={DatabaseName}");

    internal List<AzureCosmosDBContainerResource> Containers { get; } = [];

    /// <inheritdoc cref="IResourceWithConnectionString.GetConnectionStringAsync"/>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);
}

/// <summary>A container of a database.</summary>
public class AzureCosmosDBContainerResource : Resource, IResourceWithParent<AzureCosmosDBDatabaseResource>, IResourceWithConnectionString
{
    /// <summary>Makes a container.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="containerName">The container's name.</param>
    /// <param name="partitionKeyPath">Where items have their partition key, such as <c>/tenant</c>.</param>
    /// <param name="parent">Its database.</param>
    public AzureCosmosDBContainerResource(string name, string containerName, string partitionKeyPath, AzureCosmosDBDatabaseResource parent)
        : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(containerName);
        ArgumentException.ThrowIfNullOrEmpty(partitionKeyPath);
        ArgumentNullException.ThrowIfNull(parent);
        (ContainerName, PartitionKeyPath, Parent) = (containerName, partitionKeyPath, parent);
    }

    /// <summary>The container's name.</summary>
    public string ContainerName { get; }

    /// <summary>Its database.</summary>
    public AzureCosmosDBDatabaseResource Parent { get; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Container={ContainerName}");

    internal string PartitionKeyPath { get; }

    /// <inheritdoc cref="IResourceWithConnectionString.GetConnectionStringAsync"/>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);
}
