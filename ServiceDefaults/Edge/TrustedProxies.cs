using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using IPNetwork = System.Net.IPNetwork;

namespace Platform.ServiceDefaults.Edge;

/// <summary>The proxies before a service, which say where a request comes from; <c>Proxies:Trusted</c>.</summary>
/// <remarks>
/// Of anybody else <c>X-Forwarded-For</c> is a claim: who could choose their address could choose their limits. Without
/// the setting it is not looked at.
/// </remarks>
public sealed class TrustedProxies
{
    private const string Setting = "Proxies:Trusted";

    private readonly IReadOnlyList<IPNetwork> _networks;

    private TrustedProxies(IReadOnlyList<IPNetwork> networks) => _networks = networks;

    /// <summary>Reads the setting.</summary>
    /// <exception cref="InvalidOperationException">The setting is not usable; the message names it.</exception>
    public static TrustedProxies From(IConfiguration configuration) => new(
        [.. (configuration[Setting] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse)]);

    /// <summary>Has the service believe them. Use it before whatever asks where a request comes from.</summary>
    public void Use(IApplicationBuilder app)
    {
        if (_networks.Count == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        // By default this machine is trusted; here nobody is who is not named.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in _networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        // Through as many as are trusted, and to the first that is not.
        options.ForwardLimit = null;
        app.UseForwardedHeaders(options);
    }

    private static IPNetwork Parse(string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return IPNetwork.TryParse(text, out var network) && network.PrefixLength > 0
            ? network
            : throw new InvalidOperationException($"{Setting} must be addresses or networks such as 10.0.0.0/8, separated by commas; '{text}' is none.");
    }
}
