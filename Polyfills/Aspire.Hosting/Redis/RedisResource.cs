namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Redis server.</summary>
public class RedisResource : ContainerResource, IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";

    /// <summary>Makes a server without password.</summary>
    /// <param name="name">The resource's name.</param>
    public RedisResource(string name)
        : base(name) => PrimaryEndpoint = new EndpointReference(this, PrimaryEndpointName);

    /// <summary>Makes a server.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="password">Its password.</param>
    public RedisResource(string name, ParameterResource password)
        : this(name) => PasswordParameter = password;

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>Its password; <see langword="null"/> for none.</summary>
    public ParameterResource? PasswordParameter { get; internal set; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => PasswordParameter is null
        ? ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}:{PrimaryEndpoint.Property(EndpointProperty.Port)}")
        : ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}:{PrimaryEndpoint.Property(EndpointProperty.Port)},password={PasswordParameter}");

    internal (TimeSpan Interval, long KeysChanged)? Persistence { get; set; }

    /// <inheritdoc cref="IResourceWithConnectionString.GetConnectionStringAsync"/>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);
}
