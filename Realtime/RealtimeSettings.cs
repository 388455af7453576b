using Platform.Realtime.Subscriptions;
using Platform.ServiceDefaults;

namespace Platform.Realtime;

/// <summary>Configuration section <c>Realtime</c>, as far as it concerns clients.</summary>
/// <param name="SubscriptionsPerConnection">Topics that one connection may have: <c>Realtime:SubscriptionsPerConnection</c>, 100 unless set.</param>
/// <param name="ConnectionsPerUser">Connections of one user to one node: <c>Realtime:ConnectionsPerUser</c>, 20 unless set.</param>
/// <param name="ConnectionsPerAddress">Connections from one address to one node: <c>Realtime:ConnectionsPerAddress</c>, 500 unless set.</param>
/// <param name="MessageBytes">The longest message of a client: <c>Realtime:MessageBytes</c>, 4,096 unless set.</param>
/// <param name="KeepAlive">So long a connection is silent at most: <c>Realtime:KeepAlive</c>, 15 seconds unless set.</param>
/// <param name="CatalogInterval">The topic <c>catalog</c> is told once in it: <c>Realtime:CatalogInterval</c>, 250 ms unless set.</param>
/// <param name="RecentChanges">So many changes are kept in memory for those who come back soon: <c>Realtime:RecentChanges</c>, 4,096 unless set.</param>
/// <param name="RecentBytes">And so many bytes of them: <c>Realtime:RecentBytes</c>, 16 MiB unless set.</param>
/// <param name="AccessTimeout">So long the Api may take to say whether somebody may be told: <c>Realtime:AccessTimeout</c>, 5 seconds unless set.</param>
/// <param name="AccessAtOnce">So many questions are asked at once: <c>Realtime:AccessAtOnce</c>, 32 unless set.</param>
/// <param name="Feed">What a connection may leave untaken: <c>Realtime:QueueLength</c> (1,000), <c>Realtime:QueueBytes</c> (128 KiB), <c>Realtime:SendTimeout</c> (30 seconds).</param>
internal sealed record RealtimeSettings(
    int SubscriptionsPerConnection, int ConnectionsPerUser, int ConnectionsPerAddress, int MessageBytes, TimeSpan KeepAlive, TimeSpan CatalogInterval,
    int RecentChanges, int RecentBytes, TimeSpan AccessTimeout, int AccessAtOnce, FeedLimits Feed)
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static RealtimeSettings From(IConfiguration configuration)
    {
        return new RealtimeSettings(
            Number("SubscriptionsPerConnection", 100, 1, 10_000),
            Number("ConnectionsPerUser", 20, 1, 100_000),
            Number("ConnectionsPerAddress", 500, 1, 1_000_000),
            Number("MessageBytes", 4_096, 512, 1 << 20),
            Time("KeepAlive", TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
            Time("CatalogInterval", TimeSpan.FromMilliseconds(250), TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            Number("RecentChanges", 4_096, 1, 1_000_000),
            Number("RecentBytes", 16 << 20, 1_024, 1 << 30),
            Time("AccessTimeout", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            Number("AccessAtOnce", 32, 1, 10_000),
            new FeedLimits(
                Number("QueueLength", 1_000, 8, 1_000_000),
                Number("QueueBytes", 128 << 10, 4_096, 1 << 30),
                Time("SendTimeout", TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1))));

        int Number(string name, int otherwise, int min, int max) => Settings.Number(configuration, $"Realtime:{name}", otherwise, min, max);

        TimeSpan Time(string name, TimeSpan otherwise, TimeSpan min, TimeSpan max) => Settings.Duration(configuration, $"Realtime:{name}", otherwise, min, max);
    }
}
