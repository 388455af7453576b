using Microsoft.Extensions.Configuration;

namespace Platform.ServiceDefaults;

/// <summary>How one service speaks to another.</summary>
public static class ServiceClient
{
    /// <summary>Where a service is: <c>{name}:Address</c>, or where the AppHost says it is.</summary>
    /// <param name="configuration">Of the service that asks.</param>
    /// <param name="name">The other's, such as <c>Api</c>.</param>
    /// <param name="example">An address that it may have.</param>
    /// <exception cref="InvalidOperationException">It is not said; the message names the setting.</exception>
    public static Uri AddressOf(IConfiguration configuration, string name, string example)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(name);
        return Uri.TryCreate(configuration[$"{name}:Address"] ?? configuration[$"services:{name}:http:0"], UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new InvalidOperationException($"{name}:Address must be the address of {name}, such as {example}.");
    }

    /// <summary>A client for the life of the process. Connections are kept: a question costs no handshake.</summary>
    /// <param name="address">The other service's.</param>
    /// <param name="timeout">So long an answer may take.</param>
    public static HttpClient To(Uri address, TimeSpan timeout) => new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2), UseCookies = false, AllowAutoRedirect = false })
    {
        BaseAddress = address, Timeout = timeout,
    };
}
