using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics;

/// <summary>The two ways in which the service speaks to Cosmos DB.</summary>
internal static class CosmosClients
{
    /// <summary>
    /// The key of the client that sends each request at once, for whoever waits for its answer. The one without a key gathers single
    /// requests for up to 100 ms, to send them together: it is for writing much.
    /// </summary>
    internal const string AtOnce = "cosmos";

    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddCosmosClients(this IHostApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString("cosmos")))
            throw new InvalidOperationException("ConnectionStrings:cosmos is not set. The AppHost sets it with WithReference.");
        var telemetry = new CosmosTelemetry(new Meter(CosmosTelemetry.MeterName));
        builder.AddAzureCosmosClient("cosmos", configureClientOptions: options =>
        {
            Measure(options);
            options.AllowBulkExecution = true;
        });
        builder.AddKeyedAzureCosmosClient(AtOnce, configureClientOptions: Measure);

        void Measure(CosmosClientOptions options)
        {
            Configure(options);
            // As many connections as the client's own handler would have.
            options.HttpClientFactory = () => new HttpClient(telemetry.Measuring(new SocketsHttpHandler { MaxConnectionsPerServer = options.GatewayModeMaxConnectionLimit }));
        }
    }

    internal static void Configure(CosmosClientOptions options) => options.UseSystemTextJsonSerializerWithOptions = JsonSerializerOptions.Web;
}
