namespace Platform.Tests.Support;

/// <summary>A node of the realtime service in a process of its own.</summary>
internal sealed class RealtimeProcess : ServiceProcess
{
    private RealtimeProcess(IEnumerable<(string Key, string Value)> settings)
        : base("Realtime", settings)
    {
    }

    /// <summary>Starts one on the changes of <paramref name="database"/>, and waits until it is ready. All of one database share a slot and a log.</summary>
    public static async Task<RealtimeProcess> StartAsync(TestDatabase database, params (string Key, string Value)[] settings)
    {
        var process = new RealtimeProcess(
        [
            ("ConnectionStrings:platform-replicator", database.Replicator), ("ConnectionStrings:redis", database.Redis), ("Cache:Namespace", database.Name),
            // Slots are the server's, so it has the database's name in it. A busy machine is no dead reader.
            ("ChangeStream:Slot", SlotOf(database)), ("ChangeStream:SenderTimeout", "00:00:20"), ("ChangeStream:HeartbeatInterval", "00:00:01"),
            ("Logging:LogLevel:Default", "Warning"), ("Logging:LogLevel:StackExchange.Redis", "None"),
            // Nobody is there: who needs an Api says where it is.
            ("Api:Address", "http://127.0.0.1:9"), .. settings,
        ]);
        await process.ReadyAsync();
        return process;
    }

    /// <summary>The slot that the nodes of a database take turns at.</summary>
    public static string SlotOf(TestDatabase database) => $"{database.Name}_realtime";
}
