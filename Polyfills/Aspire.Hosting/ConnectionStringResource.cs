using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>A connection string made of parameters, endpoints and text.</summary>
public sealed class ConnectionStringResource : Resource, IResourceWithConnectionString, IResourceWithWaitSupport
{
    /// <summary>Makes a connection string.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="connectionStringExpression">What it is made of.</param>
    public ConnectionStringResource(string name, ReferenceExpression connectionStringExpression)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(connectionStringExpression);
        ConnectionStringExpression = connectionStringExpression;
    }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression { get; }
}

/// <summary>Adds connection strings made of other values.</summary>
public static class ConnectionStringBuilderExtensions
{
    /// <summary>Adds a connection string.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    /// <param name="connectionStringExpression">What it is made of.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(this IDistributedApplicationBuilder builder, [ResourceName] string name, ReferenceExpression connectionStringExpression) =>
        builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));
}
