using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Realtime.Access;
using Platform.Realtime.Changes;
using Platform.Realtime.Hubs;
using Platform.Realtime.ServerSentEvents;
using Platform.Realtime.Subscriptions;
using Platform.ServiceDefaults;
using Platform.ServiceDefaults.Edge;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Realtime;

/// <summary>Adds what clients see: the hub, server-sent events, and who may use them.</summary>
internal static class ClientExtensions
{
    // SignalR's own are the last two.
    private static readonly string[] Sent = ["Authorization", "Content-Type", "Last-Event-ID", "traceparent", "tracestate", "X-Requested-With", "X-SignalR-User-Agent"];

    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddClients(this WebApplicationBuilder builder)
    {
        var settings = RealtimeSettings.From(builder.Configuration);
        var api = ServiceClient.AddressOf(builder.Configuration, "Api", "http://localhost:5100");
        var origins = CrossOrigins.From(builder.Configuration);
        builder.Services.AddSingleton(origins);
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(origins.Policy([HttpMethods.Get, HttpMethods.Post], Sent, ["Retry-After", "WWW-Authenticate"])));
        builder.Services.AddSingleton(TrustedProxies.From(builder.Configuration));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<RealtimeTelemetry>();
        builder.Services.AddSingleton<Fanout>();
        builder.Services.AddSingleton<SubscriberServices>();
        builder.Services.AddSingleton<ConnectionLimits>();
        builder.Services.AddSingleton(services => new PublishedKeys(ServiceClient.To(api, settings.AccessTimeout), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PublishedKeys>>()));
        builder.Services.AddSingleton(services => new TopicAccess(ServiceClient.To(api, Timeout.InfiniteTimeSpan), settings, services.GetRequiredService<RealtimeTelemetry>()));
        builder.Services.AddSingleton<ReadHistory>(services => services.GetRequiredService<ChangeLog>().ReadAsync);
        builder.Services.AddHostedService<CatchUp>();
        builder.Services.AddSignalR(hubs =>
        {
            hubs.MaximumReceiveMessageSize = settings.MessageBytes;
            hubs.KeepAliveInterval = settings.KeepAlive;
            hubs.ClientTimeoutInterval = 2 * settings.KeepAlive;
            // One that waits for the Api does not keep the client's others waiting.
            hubs.MaximumParallelInvocationsPerClient = 8;
        });
        builder.Services.AddSingleton<HubLifetimeManager<ChangesHub>, HubConnections>();
    }

    internal static void MapClients(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<RealtimeSettings>();
        app.Services.GetRequiredService<TrustedProxies>().Use(app);
        if (app.Services.GetRequiredService<CrossOrigins>() is { Any: true } origins)
        {
            app.Use(origins.Vary);
            app.UseCors();
        }

        app.UseMiddleware<Admission>();
        app.UseWebSockets();
        app.MapHub<ChangesHub>(ChangesHub.Path, hub =>
        {
            // Others have GET /changes.
            hub.Transports = HttpTransportType.WebSockets;
            hub.ApplicationMaxBufferSize = settings.MessageBytes;
            hub.TransportMaxBufferSize = 32 << 10;
            hub.TransportSendTimeout = settings.Feed.SendTimeout;
        }).WithMetadata(Admission.Required).DisableRequestTimeout();
        app.MapEventStream();
    }
}
