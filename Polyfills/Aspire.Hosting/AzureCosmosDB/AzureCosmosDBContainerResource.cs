using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Azure;

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
    public string ContainerName { get; set; }

    /// <summary>Its database.</summary>
    public AzureCosmosDBDatabaseResource Parent { get; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Container={ContainerName}");

    internal string PartitionKeyPath { get; }

    /// <inheritdoc cref="IResourceWithConnectionString.GetConnectionStringAsync"/>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);
}
