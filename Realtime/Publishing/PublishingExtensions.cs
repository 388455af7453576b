using Microsoft.Extensions.Diagnostics.HealthChecks;
using Platform.Realtime.Changes;

namespace Platform.Realtime.Publishing;

/// <summary>Has a node publish changes while no other does, and read what is published.</summary>
internal static class PublishingExtensions
{
    /// <summary>The name of the connection string: the role may read the stream and what is published, and nothing else.</summary>
    internal const string ConnectionName = "platform-replicator";

    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddChangeLog(this IHostApplicationBuilder builder)
    {
        // Degraded: what is in the log can be had all the same.
        builder.AddChangeStream(ConnectionName, options => (options.Slot, options.Publication, options.EmptyBatches) = ("realtime", "platform", true), HealthStatus.Degraded);
        var connectionString = builder.Configuration.GetConnectionString(ConnectionName)!;
        builder.Services.AddSingleton(ChangeLogOptions.From(builder.Configuration));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<LogReader>();
        builder.Services.AddSingleton<ChangeLog>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ChangeLog>());
        builder.Services.AddSingleton(_ => new ShownProducts(connectionString));
        builder.Services.AddSingleton<TopicMap>();
        builder.Services.AddSingleton<LogWriter>();
        builder.Services.AddHostedService<ChangePublisher>();
    }
}
