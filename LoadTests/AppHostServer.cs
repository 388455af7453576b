using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace Platform.LoadTests;

/// <summary>One server of the AppHost, alone: the services would take a share of the processors that are measured.</summary>
internal static class AppHostServer
{
    /// <summary>Starts a resource and what it is made of, on free ports and with empty data, and waits until it is healthy.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="parts">Names of others that it needs: a password, a database.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What stops it, and its connection string.</returns>
    internal static async Task<(DistributedApplication Application, string ConnectionString)> StartAsync(string name, string[] parts, CancellationToken cancellationToken)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(cancellationToken);
        try
        {
            foreach (var resource in builder.Resources.Where(r => r.Name != name && !parts.Contains(r.Name)).ToList())
            {
                builder.Resources.Remove(resource);
            }

            var application = await builder.BuildAsync(cancellationToken);
            await application.StartAsync(cancellationToken);
            await application.ResourceNotifications.WaitForResourceHealthyAsync(name, cancellationToken);
            return (application, await application.GetConnectionStringAsync(name, cancellationToken)
                ?? throw new InvalidOperationException($"The AppHost gives {name} no connection string."));
        }
        catch
        {
            await builder.DisposeAsync();
            throw;
        }
    }
}
