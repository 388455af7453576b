using Platform.Realtime.Publishing;
using Platform.ServiceDefaults;

namespace Platform.Realtime.Repair;

/// <summary>Has the node that publishes changes see that caches hear of them.</summary>
internal static class RepairExtensions
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddCacheRepair(this IHostApplicationBuilder builder)
    {
        var connectionString = builder.Configuration.GetConnectionString(PublishingExtensions.ConnectionName)!;
        builder.Services.AddSingleton(RepairOptions.From(builder.Configuration));
        builder.Services.AddSingleton(_ => new VisibleCommits(connectionString));
        builder.Services.AddSingleton<RepairTelemetry>();
        builder.Services.AddSingleton<CacheRepair>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CacheRepair>());
    }
}

/// <summary>Configuration section <c>CacheRepair</c>.</summary>
/// <param name="Grace">How long after a change came whoever made it may take to tell of it: <c>CacheRepair:Grace</c>, 300 ms unless set, 10 ms to 10 s.</param>
internal sealed record RepairOptions(TimeSpan Grace)
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static RepairOptions From(IConfiguration configuration) => new(Settings.Duration(
        configuration, "CacheRepair:Grace", TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10)));
}
