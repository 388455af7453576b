using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Azure;

/// <summary>The container of an emulated account, for its configuration.</summary>
/// <param name="innerResource">The account.</param>
public class AzureCosmosDBEmulatorResource(AzureCosmosDBResource innerResource) : ContainerResource(innerResource.Name)
{
    /// <inheritdoc/>
    public override ResourceAnnotationCollection Annotations => innerResource.Annotations;
}
