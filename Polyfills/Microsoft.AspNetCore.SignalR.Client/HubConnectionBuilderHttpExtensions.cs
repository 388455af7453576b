using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.SignalR.Client;

/// <summary>Connects by HTTP.</summary>
public static class HubConnectionBuilderHttpExtensions
{
    /// <summary>The hub is at <paramref name="url"/>.</summary>
    public static IHubConnectionBuilder WithUrl(this IHubConnectionBuilder hubConnectionBuilder, [StringSyntax(StringSyntaxAttribute.Uri)] string url) =>
        hubConnectionBuilder.WithUrl(new Uri(url), null!);

    /// <summary>The hub is at <paramref name="url"/>.</summary>
    public static IHubConnectionBuilder WithUrl(this IHubConnectionBuilder hubConnectionBuilder, Uri url) =>
        hubConnectionBuilder.WithUrl(url, null!);

    /// <summary>The hub is at <paramref name="url"/>.</summary>
    public static IHubConnectionBuilder WithUrl(
        this IHubConnectionBuilder hubConnectionBuilder, [StringSyntax(StringSyntaxAttribute.Uri)] string url, Action<HttpConnectionOptions> configureHttpConnection) =>
        hubConnectionBuilder.WithUrl(new Uri(url), configureHttpConnection);

    /// <summary>The hub is at <paramref name="url"/>.</summary>
    /// <exception cref="NotSupportedException">The options leave out WebSockets.</exception>
    public static IHubConnectionBuilder WithUrl(this IHubConnectionBuilder hubConnectionBuilder, Uri url, Action<HttpConnectionOptions> configureHttpConnection)
    {
        ArgumentNullException.ThrowIfNull(hubConnectionBuilder);
        ArgumentNullException.ThrowIfNull(url);
        var options = new HttpConnectionOptions();
        configureHttpConnection?.Invoke(options);
        if (!options.Transports.HasFlag(HttpTransportType.WebSockets))
        {
            throw new NotSupportedException("Transports must contain WebSockets: the stand-in has no other.");
        }

        hubConnectionBuilder.Services.AddSingleton<EndPoint>(new UriEndPoint(url));
        hubConnectionBuilder.Services.AddSingleton<IConnectionFactory>(new WebSocketConnectionFactory(options));
        return hubConnectionBuilder;
    }
}
