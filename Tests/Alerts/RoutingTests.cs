using System.Text.RegularExpressions;
using Platform.Tests.Support;

namespace Platform.Tests.Alerts;

/// <summary>Whom Alertmanager tells of what, asked by its own tool.</summary>
public sealed partial class RoutingTests(Stack stack)
{
    private static readonly string Configuration = Path.Combine(Repository.Root, "grafana", "alertmanager", "alertmanager.yml");

    [Fact]
    public async Task Alertmanager_finds_nothing_to_complain_of()
    {
        await stack.AppAsync(); // amtool comes with it

        var (exitCode, output) = await PackagedProgram.RunAsync("amtool", ["check-config", Configuration]);

        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("page", "alertname=RedisDown", "severity=page", "owner=platform")]
    [InlineData("page", "alertname=ErrorBudgetBurnsFast", "severity=page", "journey=checkout")]
    [InlineData("ticket", "alertname=EventsParked", "severity=ticket", "owner=analytics")]
    [InlineData("heartbeat", "alertname=Watchdog", "severity=none", "owner=platform")]
    // Of what was written without a severity somebody is to hear as well.
    [InlineData("ticket", "alertname=SomethingNew", "severity=", "owner=nobody")]
    public async Task An_alert_goes_to(string receiver, string alert, string severity, string more)
    {
        await stack.AppAsync();

        var (exitCode, output) = await TestRouteAsync(receiver, alert, severity, more);

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task An_alert_that_goes_elsewhere_is_noticed()
    {
        await stack.AppAsync();

        var (exitCode, _) = await TestRouteAsync("ticket", "alertname=RedisDown", "severity=page");

        Assert.NotEqual(0, exitCode);
    }

    [Fact]
    public void What_is_kept_quiet_and_what_keeps_it_so_are_alerts_that_exist()
    {
        var configuration = File.ReadAllText(Configuration);
        var inhibitions = configuration[configuration.IndexOf("inhibit_rules:", StringComparison.Ordinal)..];

        var names = AlertName().Matches(inhibitions).Select(match => match.Groups["name"].Value).ToArray();

        Assert.True(names.Length > 10, "the inhibitions are not read as they are written");
        Assert.All(names, name => Assert.Contains(RuleFiles.Alerts.Keys, alert => Regex.IsMatch(alert, $"^({name})$")));
    }

    private static Task<(int ExitCode, string Output)> TestRouteAsync(string receiver, params string[] labels) =>
        PackagedProgram.RunAsync("amtool", ["config", "routes", "test", $"--config.file={Configuration}", $"--verify.receivers={receiver}", .. labels]);

    [GeneratedRegex("""alertname =~? "?(?<name>[^",\]]+)""")]
    private static partial Regex AlertName();
}
