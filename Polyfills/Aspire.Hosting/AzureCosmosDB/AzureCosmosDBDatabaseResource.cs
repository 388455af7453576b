using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Azure;

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
    public string DatabaseName { get; set; }

    /// <summary>Its account.</summary>
    public AzureCosmosDBResource Parent { get; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Database={DatabaseName}");

    internal List<AzureCosmosDBContainerResource> Containers { get; } = [];

    /// <inheritdoc cref="IResourceWithConnectionString.GetConnectionStringAsync"/>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);
}
