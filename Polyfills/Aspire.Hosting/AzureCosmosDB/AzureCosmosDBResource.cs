using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Azure;

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
