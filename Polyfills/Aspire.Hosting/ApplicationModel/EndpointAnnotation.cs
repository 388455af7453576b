using System.Diagnostics;
using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint a resource listens on.</summary>
[DebuggerDisplay("{Name} {UriScheme} {Port}")]
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private readonly TaskCompletionSource<AllocatedEndpoint> _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Describes an endpoint.</summary>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="uriScheme">Scheme of its URL; by default the protocol's name.</param>
    /// <param name="transport">Protocol above it; by default <c>http</c> for HTTP schemes, else the protocol's name.</param>
    /// <param name="name">Its name, unique in the resource; by default the scheme.</param>
    /// <param name="port">The port callers use; <see langword="null"/> for any free one.</param>
    /// <param name="targetPort">The port the program in the image is known to listen on.</param>
    /// <param name="isExternal">Whether it is meant for callers outside the application.</param>
    /// <param name="isProxied">Whether a proxy may stand before it; run engine-less none does.</param>
    public EndpointAnnotation(ProtocolType protocol, string? uriScheme = null, string? transport = null, [EndpointName] string? name = null, int? port = null, int? targetPort = null, bool? isExternal = null, bool isProxied = true)
    {
        Protocol = protocol;
#pragma warning disable CA1308 // URI schemes are lower case.
        UriScheme = uriScheme ?? protocol.ToString().ToLowerInvariant();
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : protocol.ToString().ToLowerInvariant());
#pragma warning restore CA1308
        Name = name ?? UriScheme;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied;
    }

    /// <summary>TCP or UDP.</summary>
    public ProtocolType Protocol { get; set; }

    /// <summary>Scheme of its URL.</summary>
    public string UriScheme { get; set; }

    /// <summary>Protocol above it.</summary>
    public string Transport { get; set; }

    /// <summary>Its name, unique in the resource.</summary>
    public string Name { get; set; }

    /// <summary>The port callers use; <see langword="null"/> for any free one.</summary>
    public int? Port { get; set; }

    /// <summary>The port the program in the image is known to listen on.</summary>
    public int? TargetPort { get; set; }

    /// <summary>The host the program listens on, <c>localhost</c> by default.</summary>
    public string TargetHost { get; set; } = "localhost";

    /// <summary>Whether it is meant for callers outside the application.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Whether a proxy may stand before it; run engine-less none does.</summary>
    public bool IsProxied { get; set; }

    /// <summary>Where it really is; <see langword="null"/> before the application starts.</summary>
    public AllocatedEndpoint? AllocatedEndpoint
    {
        get => _allocated.Task.IsCompletedSuccessfully ? _allocated.Task.Result : null;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _allocated.TrySetResult(value);
        }
    }

    // The variable named by WithEndpoint(env:), which gets the port.
    internal string? EnvironmentVariable { get; set; }

    internal Task<AllocatedEndpoint> AllocatedAsync(CancellationToken cancellationToken) => _allocated.Task.WaitAsync(cancellationToken);
}

/// <summary>Where an endpoint really is.</summary>
public class AllocatedEndpoint
{
    /// <summary>Places an endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="address">Host name or address.</param>
    /// <param name="port">Port callers use.</param>
    /// <param name="targetPortExpression">The port the program listens on.</param>
    public AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port, string? targetPortExpression = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentException.ThrowIfNullOrEmpty(address);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        Endpoint = endpoint;
        Address = address;
        Port = port;
        TargetPortExpression = targetPortExpression;
    }

    /// <summary>The endpoint.</summary>
    public EndpointAnnotation Endpoint { get; }

    /// <summary>Host name or address.</summary>
    public string Address { get; }

    /// <summary>Port callers use.</summary>
    public int Port { get; }

    /// <summary>The port the program listens on.</summary>
    public string? TargetPortExpression { get; }

    /// <summary>Scheme of the URL.</summary>
    public string UriScheme => Endpoint.UriScheme;

    /// <summary><c>host:port</c>.</summary>
    public string EndPointString => $"{Address}:{Port}";

    /// <summary><c>scheme://host:port</c>.</summary>
    public string UriString => $"{UriScheme}://{EndPointString}";

    /// <inheritdoc/>
    public override string ToString() => UriString;
}
