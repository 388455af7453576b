namespace Aspire.Microsoft.Azure.Cosmos;

/// <summary>How a service connects to Azure Cosmos DB and what is watched about it.</summary>
/// <remarks>Bound from the section <c>Aspire:Microsoft:Azure:Cosmos</c>, then from its child named after the connection; the later wins.</remarks>
public sealed class MicrosoftAzureCosmosSettings
{
    /// <summary>The account's connection string. <c>ConnectionStrings:{name}</c> goes before a bound one.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves Cosmos DB out of the traces.</summary>
    /// <value>False by default.</value>
    public bool DisableTracing { get; set; }
}
