using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint of a resource, by name; as a value it is the endpoint's URL.</summary>
[DebuggerDisplay("{Resource.Name} {EndpointName}")]
public sealed class EndpointReference : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    /// <summary>Refers to an endpoint by name.</summary>
    /// <param name="owner">The resource.</param>
    /// <param name="endpointName">The endpoint's name; it may be added later.</param>
    public EndpointReference(IResourceWithEndpoints owner, string endpointName)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(endpointName);
        Resource = owner;
        EndpointName = endpointName;
    }

    /// <summary>Refers to an endpoint.</summary>
    /// <param name="owner">The resource.</param>
    /// <param name="endpoint">The endpoint.</param>
    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint)
        : this(owner, endpoint?.Name!)
    {
    }

    /// <summary>The resource.</summary>
    public IResourceWithEndpoints Resource { get; }

    /// <summary>The endpoint's name.</summary>
    public string EndpointName { get; }

    /// <summary>The endpoint.</summary>
    /// <exception cref="InvalidOperationException">The resource has none of that name.</exception>
    public EndpointAnnotation EndpointAnnotation => Find()
        ?? throw new InvalidOperationException($"The endpoint `{EndpointName}` is not defined for the resource `{Resource.Name}`.");

    /// <summary>Whether the resource has the endpoint.</summary>
    public bool Exists => Find() is not null;

    /// <summary>Whether its port is known.</summary>
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;

    /// <summary>Whether it speaks HTTP without TLS.</summary>
    public bool IsHttp => Scheme == "http";

    /// <summary>Whether it speaks HTTP over TLS.</summary>
    public bool IsHttps => Scheme == "https";

    /// <summary>Scheme of its URL.</summary>
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <summary>Host name or address.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public string Host => Allocated.Address;

    /// <summary>Port callers use.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public int Port => Allocated.Port;

    /// <summary>The port the program in the image is known to listen on.</summary>
    public int? TargetPort => EndpointAnnotation.TargetPort;

    /// <summary><c>scheme://host:port</c>.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public string Url => Allocated.UriString;

    string IManifestExpressionProvider.ValueExpression => $"{{{Resource.Name}.bindings.{EndpointName}.url}}";

    IEnumerable<object> IValueWithReferences.References => [Resource];

    private AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"The endpoint `{EndpointName}` is not allocated for the resource `{Resource.Name}`.");

    /// <summary>A part of the endpoint as a value.</summary>
    /// <param name="property">The part.</param>
    /// <returns>The value.</returns>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <summary>The URL; waits until the port is known.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The URL.</returns>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        (await EndpointAnnotation.AllocatedAsync(cancellationToken).ConfigureAwait(false)).UriString;

    private EndpointAnnotation? Find() =>
        Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => string.Equals(e.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A part of an endpoint as a value.</summary>
public class EndpointReferenceExpression : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    /// <summary>Makes the value.</summary>
    /// <param name="endpointReference">The endpoint.</param>
    /// <param name="property">The part.</param>
    public EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property)
    {
        ArgumentNullException.ThrowIfNull(endpointReference);
        Endpoint = endpointReference;
        Property = property;
    }

    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint { get; }

    /// <summary>The part.</summary>
    public EndpointProperty Property { get; }

    /// <inheritdoc/>
#pragma warning disable CA1308 // Manifest names are lower case.
    public string ValueExpression => $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{Property.ToString().ToLowerInvariant()}}}";
#pragma warning restore CA1308

    IEnumerable<object> IValueWithReferences.References => [Endpoint];

    /// <summary>The part; waits until the port is known.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The part as text.</returns>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        if (Property == EndpointProperty.Scheme)
            return Endpoint.Scheme;
        var allocated = await Endpoint.EndpointAnnotation.AllocatedAsync(cancellationToken).ConfigureAwait(false);
        return Property switch
        {
            EndpointProperty.Url => allocated.UriString,
            EndpointProperty.Host => allocated.Address,
            EndpointProperty.IPV4Host => "127.0.0.1",
            EndpointProperty.Port => allocated.Port.ToString(CultureInfo.InvariantCulture),
            EndpointProperty.TargetPort => allocated.TargetPortExpression,
            EndpointProperty.HostAndPort => allocated.EndPointString,
            _ => throw new InvalidOperationException($"The property `{Property}` is not supported for the endpoint `{Endpoint.EndpointName}`."),
        };
    }
}

/// <summary>A part of an endpoint.</summary>
public enum EndpointProperty
{
    /// <summary><c>scheme://host:port</c>.</summary>
    Url = 0,

    /// <summary>Host name or address.</summary>
    Host = 1,

    /// <summary>IPv4 address.</summary>
    IPV4Host = 2,

    /// <summary>Port callers use.</summary>
    Port = 3,

    /// <summary>Scheme of the URL.</summary>
    Scheme = 4,

    /// <summary>Port the program listens on; run engine-less, the same as <see cref="Port"/>.</summary>
    TargetPort = 5,

    /// <summary><c>host:port</c>.</summary>
    HostAndPort = 6,
}
