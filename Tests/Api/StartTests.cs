using Platform.Tests.Support;

namespace Platform.Tests.Api;

/// <summary>A setting that cannot be used stops the process at start, with one sentence that names it.</summary>
public sealed class StartTests
{
    private const string Database = "Host=127.0.0.1;Port=1;Username=platform_app;Password=secret-password;Database=platform";

    [Theory]
    [InlineData("Identity:KeySecret", null, "Identity:KeySecret")]
    [InlineData("Identity:KeySecret", "too-short", "Identity:KeySecret")]
    [InlineData("Identity:HashIterations", "5", "Identity:HashIterations")]
    [InlineData("Identity:LockoutTime", "soon", "Identity:LockoutTime")]
    [InlineData("RateLimits:Address", "100", "RateLimits:Address")]
    [InlineData("RateLimits:LoginByAccount", "0/00:01:00", "RateLimits:LoginByAccount")]
    [InlineData("RateLimits:User", "10/00:00:00.5", "RateLimits:User")]
    [InlineData("RateLimits:RedisBudget", "00:01:00", "RateLimits:RedisBudget")]
    [InlineData("Cors:Origins", "*", "Cors:Origins")]
    [InlineData("Cors:Origins", "https://shop.example.org/", "Cors:Origins")]
    [InlineData("Cors:Origins", "https://Shop.example.org", "Cors:Origins")]
    [InlineData("Cors:Origins", "https://shop.example.org,null", "Cors:Origins")]
    [InlineData("Proxies:Trusted", "loadbalancer", "Proxies:Trusted")]
    [InlineData("Proxies:Trusted", "0.0.0.0/0", "Proxies:Trusted")]
    [InlineData("ConnectionStrings:platform", null, "ConnectionStrings:platform")]
    [InlineData("ConnectionStrings:platform", "Host=x;Nonsense=secret-password", "ConnectionStrings:platform")]
    [InlineData("Database:RequestDeadline", "00:02:00", "Database:RequestDeadline")]
    [InlineData("Database:RequestDeadline", "soon", "Database:RequestDeadline")]
    [InlineData("Database:ConcurrentRequests", "0", "Database:ConcurrentRequests")]
    [InlineData("Database:ConcurrentRequests", "many", "Database:ConcurrentRequests")]
    [InlineData("Store:ReservationTime", "00:00:00", "Store:ReservationTime")]
    [InlineData("Store:PaymentTimeout", "ten", "Store:PaymentTimeout")]
    [InlineData("Store:TestPayments", "maybe", "Store:TestPayments")]
    [InlineData("Analytics:Address", null, "Analytics:Address")]
    [InlineData("Analytics:Address", "analytics", "Analytics:Address")]
    [InlineData("Analytics:Timeout", "00:01:00", "Analytics:Timeout")]
    public async Task The_api_names_the_setting(string key, string? value, string named)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:platform"] = Database, ["ConnectionStrings:redis"] = "127.0.0.1:1", ["Identity:KeySecret"] = "0123456789abcdef0123",
            ["Analytics:Address"] = "http://127.0.0.1:1", [key] = value,
        };

        var (exitCode, error) = await RunAsync(settings, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, exitCode);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
        Assert.DoesNotContain("secret-password", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ConnectionStrings:platform-owner", null, "ConnectionStrings:platform-owner")]
    [InlineData("Database:AppPassword", "short", "Database:AppPassword")]
    [InlineData("Database:ReaderPassword", null, "Database:ReaderPassword")]
    [InlineData("Database:ReplicatorPassword", null, "Database:ReplicatorPassword")]
    [InlineData("Database:MonitorPassword", null, "Database:MonitorPassword")]
    public async Task The_migrator_names_the_setting(string key, string? value, string named)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:platform-owner"] = Database, ["ConnectionStrings:platform-admin"] = Database,
            ["Database:OwnerPassword"] = "owner-password", ["Database:AppPassword"] = "app-password", ["Database:ReaderPassword"] = "reader-password",
            ["Database:ReplicatorPassword"] = "replicator-password",
            ["Database:MonitorPassword"] = "monitor-password",
            [key] = value,
        };

        var (exitCode, error) = await RunAsync(settings, "migrate");

        Assert.Equal(1, exitCode);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_word_that_is_no_command_is_refused()
    {
        var (exitCode, error) = await RunAsync([], "migarte");

        Assert.Equal(1, exitCode);
        Assert.Contains("There is no command 'migarte'", error, StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, string Error)> RunAsync(Dictionary<string, string?> settings, params string[] arguments) =>
        ServiceRun.ToEndAsync("Api", settings, arguments);
}
