namespace Platform.Tests.Support;

/// <summary>The analytics service in a process of its own.</summary>
internal sealed class AnalyticsProcess : ServiceProcess
{
    private AnalyticsProcess(IEnumerable<(string Key, string Value)> settings)
        : base("Analytics", settings)
    {
    }

    /// <summary>Starts it on the changes of <paramref name="database"/>; it need not be able to do anything.</summary>
    public static AnalyticsProcess Start(TestDatabase database, string cosmos, params (string Key, string Value)[] settings) => new(
    [
        ("ConnectionStrings:platform-replicator", database.Replicator), ("ConnectionStrings:cosmos", cosmos),
        // Slots are the server's, so it has the database's name in it. A busy machine is no dead reader.
        ("ChangeStream:Slot", SlotOf(database)), ("ChangeStream:SenderTimeout", "00:00:20"), ("ChangeStream:HeartbeatInterval", "00:00:01"),
        ("Logging:LogLevel:Default", "Warning"),
        // Nobody is there: who needs an Api says where it is.
        ("Api:Address", "http://127.0.0.1:9"), .. settings,
    ]);

    /// <summary>The slot that the instances of a database take turns at.</summary>
    public static string SlotOf(TestDatabase database) => $"{database.Name}_analytics";
}
