using Platform.Tests.Support;

namespace Platform.Tests.Realtime;

/// <summary>A setting that cannot be used stops the process at start, with one sentence that names it.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("ConnectionStrings:platform-replicator", null, "ConnectionStrings:platform-replicator")]
    [InlineData("ConnectionStrings:platform-replicator", "Host=x;Nonsense=secret-password", "ConnectionStrings:platform-replicator")]
    [InlineData("ConnectionStrings:redis", null, "ConnectionStrings:redis")]
    [InlineData("Cache:Namespace", "a\tb", "Cache:Namespace")]
    [InlineData("ChangeLog:Length", "0", "ChangeLog:Length")]
    [InlineData("ChangeLog:Age", "long", "ChangeLog:Age")]
    [InlineData("ChangeStream:Slot", "Real Time", "ChangeStream:Slot")]
    [InlineData("ChangeStream:SenderTimeout", "00:00:00.5", "ChangeStream:SenderTimeout")]
    [InlineData("ChangeStream:HeartbeatInterval", "often", "ChangeStream:HeartbeatInterval")]
    public async Task The_service_names_the_setting(string key, string? value, string named)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:platform-replicator"] = "Host=127.0.0.1;Port=1;Username=platform_replicator;Password=secret-password;Database=platform",
            ["ConnectionStrings:redis"] = "127.0.0.1:1", ["services:api:http:0"] = "http://127.0.0.1:1", [key] = value,
        };

        var (exitCode, error) = await ServiceRun.ToEndAsync("Realtime", settings, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, exitCode);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
        Assert.DoesNotContain("secret-password", error, StringComparison.Ordinal);
    }
}
