using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Testing;

/// <summary>Reaches the resources of an application from a test.</summary>
public static class DistributedApplicationHostingTestingExtensions
{
    /// <summary>A client whose base address is an endpoint of a resource.</summary>
    /// <param name="app">The application, started.</param>
    /// <param name="resourceName">The resource.</param>
    /// <param name="endpointName">The endpoint; by default <c>https</c> or <c>http</c>.</param>
    /// <returns>The client.</returns>
    /// <exception cref="ArgumentException">There is no such resource or endpoint.</exception>
    public static HttpClient CreateHttpClient(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        client.BaseAddress = app.GetEndpoint(resourceName, endpointName);
        return client;
    }

    /// <summary>The connection string of a resource.</summary>
    /// <param name="app">The application, started.</param>
    /// <param name="resourceName">The resource.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection string.</returns>
    /// <exception cref="ArgumentException">There is no such resource, or it has no connection string.</exception>
    public static ValueTask<string?> GetConnectionStringAsync(this DistributedApplication app, string resourceName, CancellationToken cancellationToken = default) =>
        Find(app, resourceName) is IResourceWithConnectionString resource
            ? resource.GetConnectionStringAsync(cancellationToken)
            : throw new ArgumentException($"Resource '{resourceName}' does not expose a connection string.", nameof(resourceName));

    /// <summary>The address of an endpoint.</summary>
    /// <param name="app">The application, started.</param>
    /// <param name="resourceName">The resource.</param>
    /// <param name="endpointName">The endpoint; by default <c>https</c> or <c>http</c>, or else the first.</param>
    /// <returns>The address.</returns>
    /// <exception cref="ArgumentException">There is no such resource or endpoint.</exception>
    public static Uri GetEndpoint(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        if (Find(app, resourceName) is not IResourceWithEndpoints resource)
            throw new ArgumentException($"Resource '{resourceName}' has no allocated endpoints.", nameof(resourceName));
        var endpoints = resource.GetEndpoints().ToArray();
        var endpoint = endpointName is not null
            ? endpoints.FirstOrDefault(e => string.Equals(e.EndpointName, endpointName, StringComparison.OrdinalIgnoreCase))
            : endpoints.FirstOrDefault(e => e.EndpointName == "https") ?? endpoints.FirstOrDefault(e => e.EndpointName == "http") ?? endpoints.FirstOrDefault();
        return endpoint is { IsAllocated: true }
            ? new Uri(endpoint.Url)
            : throw new ArgumentException($"Endpoint '{endpointName}' for resource '{resourceName}' not found.", nameof(endpointName));
    }

    private static IResource Find(DistributedApplication app, string resourceName) =>
        app.Services.GetRequiredService<DistributedApplicationModel>().Resources.FirstOrDefault(resource => string.Equals(resource.Name, resourceName, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"Resource '{resourceName}' not found.", nameof(resourceName));
}
