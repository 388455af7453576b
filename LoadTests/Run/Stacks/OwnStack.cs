using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Platform.LoadTests.Http;

namespace Platform.LoadTests.Run.Stacks;

/// <summary>The AppHost's stack with empty data but for the demo catalogue, on free ports, started for a run; what only watches is left out.</summary>
internal sealed class OwnStack : IAsyncDisposable
{
    private const string Password = "a load test needs no secret";
    private const int Buyers = 24;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // They would take a share of the processors that are measured.
    private static readonly string[] Watchers = ["prometheus", "alertmanager", "alert-inbox", "grafana", "postgres-exporter", "redis-exporter"];

    private OwnStack(DistributedApplication application, LoadedStack stack) => (Application, Stack) = (application, stack);

    internal DistributedApplication Application { get; }

    internal LoadedStack Stack { get; }

    internal static async Task<OwnStack> StartAsync(CancellationToken cancellationToken)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([$"--Parameters:admin-password={Password}"], cancellationToken);
        foreach (var watcher in builder.Resources.Where(resource => Watchers.Contains(resource.Name)).ToList())
            builder.Resources.Remove(watcher);
        foreach (var service in builder.Resources.OfType<ProjectResource>().ToList())
            Configure(builder.CreateResourceBuilder(service));
        var application = await builder.BuildAsync(cancellationToken);
        try
        {
            await application.StartAsync(cancellationToken);
            string[] services = ["api", "realtime", "realtime-2", "analytics"];
            await Task.WhenAll(services.Select(service => application.ResourceNotifications.WaitForResourceHealthyAsync(service, cancellationToken))).WaitAsync(Patience, cancellationToken);
            return new OwnStack(application, new LoadedStack([application.GetEndpoint("api")], [application.GetEndpoint("realtime"), application.GetEndpoint("realtime-2")])
            {
                Database = await application.GetConnectionStringAsync("platform", cancellationToken),
                EventStore = await application.GetConnectionStringAsync("cosmos", cancellationToken),
                AdminPassword = Password,
                Buyers = Buyers,
            });
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Application.DisposeAsync();

    // All callers come from one address, and what hashing passwords costs is not what is measured.
    private static void Configure(IResourceBuilder<ProjectResource> service)
    {
        foreach (var (name, value) in BenchApi.Limits())
            service.WithEnvironment(name, value);
        service.WithEnvironment("Identity__HashIterations", Checkout.Shop.HashIterations)
            .WithEnvironment("Realtime__ConnectionsPerAddress", "100000")
            .WithEnvironment("Logging__LogLevel__Default", "Warning");
    }
}
