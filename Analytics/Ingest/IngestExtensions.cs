using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Platform.Analytics.Ingest;

/// <summary>Has a service take what happens into the event store.</summary>
internal static class IngestExtensions
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddEventIngest(this IHostApplicationBuilder builder)
    {
        builder.AddEventStore();
        builder.AddChangeStream("platform-replicator", options => (options.Slot, options.Publication, options.Snapshot) = ("analytics", "platform", true));
        builder.Services.AddHostedService<EventIngest>();
    }

    /// <summary>Adds the event store alone, to which nobody writes.</summary>
    /// <inheritdoc cref="AddEventIngest" />
    internal static void AddEventStore(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(EventStoreOptions.From(builder.Configuration));
        builder.Services.AddSingleton<IngestTelemetry>();
        builder.Services.AddSingleton<EventContainers>();
        builder.Services.AddSingleton<ParkedStreams>();
        builder.Services.AddSingleton<EventStore>();
        builder.Services.AddSingleton<ParkedReplay>();
    }
}
