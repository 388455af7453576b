using System.Net;

namespace Platform.Api.Http.Edge;

/// <summary>The proxies before the Api, which say where a request comes from; <c>Proxies:Trusted</c>.</summary>
/// <remarks>
/// Of anybody else <c>X-Forwarded-For</c> is a claim: who could choose their address could choose their limits. Without
/// the setting it is not looked at.
/// </remarks>
internal sealed class TrustedProxies
{
    private const string Setting = "Proxies:Trusted";

    private readonly IReadOnlyList<IPNetwork> _networks;

    private TrustedProxies(IReadOnlyList<IPNetwork> networks) => _networks = networks;

    internal bool Any => _networks.Count > 0;

    /// <exception cref="InvalidOperationException">The setting is not usable; the message names it.</exception>
    internal static TrustedProxies From(IConfiguration configuration) => new(
        [.. (configuration[Setting] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse)]);

    internal void AddTo(ForwardedHeadersOptions options)
    {
        // By default this machine is trusted; here nobody is who is not named.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in _networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        // Through as many as are trusted, and to the first that is not.
        options.ForwardLimit = null;
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
