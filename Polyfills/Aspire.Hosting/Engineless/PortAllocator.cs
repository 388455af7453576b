using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Engineless;

/// <summary>Gives every endpoint its port: the one the model asks for, or a free one.</summary>
internal sealed class PortAllocator(IConfiguration configuration, AppHostFolders folders) : IDisposable
{
    /// <summary>When true, ports the model asks for are ignored and free ones taken; the setting genuine Aspire uses.</summary>
    public const string RandomizeSetting = "DcpPublisher:RandomizePorts";

    // Below the kernel's range for outgoing connections, none of which can then take a port between here and the start of the server.
    private const int First = 20_000;
    private const int Last = 32_000;

    private readonly List<FileStream> _reserved = [];

    /// <summary>Allocates the endpoints of the resources.</summary>
    /// <exception cref="DistributedApplicationException">A port the model asks for is taken.</exception>
    public void Allocate(IEnumerable<IResource> resources)
    {
        var randomize = configuration.GetValue(RandomizeSetting, false);
        foreach (var resource in resources)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.AllocatedEndpoint is null))
            {
                var port = randomize || endpoint.Port is null ? TakeFree() : Check(resource, endpoint, endpoint.Port.Value);
                endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", port, port.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>A port for a part of the host itself: the wanted one when it is free and ports are not to be random, else any free one.</summary>
    public int Take(int? wanted) =>
        wanted is { } port && !configuration.GetValue(RandomizeSetting, false) && IsFree(port) ? port : TakeFree();

    public void Dispose() => _reserved.ForEach(reservation => reservation.Dispose());

    private static int Check(IResource resource, EndpointAnnotation endpoint, int port) => IsFree(port)
        ? port
        : throw new DistributedApplicationException(
            $"Port {port} is taken: stop the program that listens on it, or give endpoint '{endpoint.Name}' of '{resource.Name}' another port in the AppHost, or set {RandomizeSetting}=true to run on free ports.");

    private static bool IsFree(int port)
    {
        try
        {
            using var v4 = new TcpListener(IPAddress.Loopback, port);
            v4.Start();
            if (!Socket.OSSupportsIPv6)
                return true;
            using var v6 = new TcpListener(IPAddress.IPv6Loopback, port);
            v6.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return true; // IPv6 is compiled in but has no loopback address
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private int TakeFree()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, Last);
            // The lock keeps other AppHosts of this user away until this one ends: its server may listen only later.
            if (FileLock.TryTake(Path.Combine(folders.Cache, "ports", port.ToString(CultureInfo.InvariantCulture))) is not { } reservation)
                continue;
            if (IsFree(port))
            {
                _reserved.Add(reservation);
                return port;
            }
            reservation.Dispose();
        }
    }
}
