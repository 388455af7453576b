using System.Text.RegularExpressions;
using Platform.Tests.Support;

namespace Platform.Tests.Alerts;

/// <summary>The rules as Prometheus' own tool reads and tries them, and what it does not ask for.</summary>
public sealed partial class RuleTests(Stack stack)
{
    [Fact]
    public async Task Prometheus_finds_nothing_to_complain_of()
    {
        await stack.AppAsync(); // promtool comes with it

        var (rules, complaints) = await PackagedProgram.RunAsync("promtool", ["check", "rules", "--lint=all", "--lint-fatal", .. RuleFiles.Rules]);
        var (configuration, more) = await PackagedProgram.RunAsync("promtool", ["check", "config", "--syntax-only", Path.Combine(RuleFiles.Folder, "..", "prometheus.yml")]);

        Assert.True(rules == 0, complaints);
        Assert.True(configuration == 0, more);
    }

    [Fact]
    public async Task Each_alert_fires_stays_silent_and_ends_when_its_tests_say_so()
    {
        await stack.AppAsync();

        var (exitCode, output) = await PackagedProgram.RunAsync("promtool", ["test", "rules", .. RuleFiles.Tests]);

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public void Each_alert_is_tested_to_fire_to_stay_silent_and_to_end()
    {
        var tests = string.Concat(RuleFiles.Tests.Select(File.ReadAllText));

        var untested =
            from alert in RuleFiles.Alerts.Keys
            let fires = Case().Matches(tests).Where(one => one.Groups["alert"].Value == alert).Select(one => one.Groups["nothing"].Value == "").ToArray()
            // They are in the order of time: silent, firing, silent. The watchdog is never silent.
            where !fires.Contains(true) || (alert != "Watchdog" && (fires[0] || !fires.Skip(Array.IndexOf(fires, true)).Contains(false)))
            select alert;

        Assert.Empty(untested);
    }

    [Fact]
    public void Each_alert_says_whose_it_is_how_bad_and_what_to_do()
    {
        string[] annotations = ["summary: \"", "description: \""];

        var incomplete =
            from alert in RuleFiles.Alerts
            where !Labels().IsMatch(alert.Value)
                || annotations.Any(annotation => !alert.Value.Contains($"          {annotation}", StringComparison.Ordinal))
                || !alert.Value.Contains($"          runbook_url: docs/runbooks/{alert.Key}.md\n", StringComparison.Ordinal)
            select alert.Key;

        Assert.True(RuleFiles.Alerts.Count > 30, "the rules are not read as they are written");
        Assert.Empty(incomplete);
    }

    [Fact]
    public void Each_alert_has_a_runbook_and_each_runbook_an_alert()
    {
        var folder = Path.Combine(Repository.Root, "docs", "runbooks");
        var runbooks = Directory.GetFiles(folder, "*.md").ToDictionary(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);

        Assert.Equal(RuleFiles.Alerts.Keys.Order(StringComparer.Ordinal), runbooks.Keys.Order(StringComparer.Ordinal));
        Assert.All(runbooks, runbook =>
        {
            Assert.StartsWith($"# {runbook.Key}\n\n", runbook.Value, StringComparison.Ordinal);
            Assert.Contains("\n## How to confirm\n\n", runbook.Value, StringComparison.Ordinal);
            Assert.Contains("\n## What to do\n\n", runbook.Value, StringComparison.Ordinal);
            Assert.All(Link().Matches(runbook.Value), link => Assert.True(Path.Exists(Path.Combine(folder, link.Groups["to"].Value)), link.Value));
        });
    }

    [GeneratedRegex(@"alertname: (?<alert>\w+),?\s+exp_alerts:(?<nothing> \[\])?")]
    private static partial Regex Case();

    [GeneratedRegex(@"labels: \{severity: (page|ticket|none), owner: (platform|identity|analytics)\}")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\]\((?<to>[^)#:]+)\)")]
    private static partial Regex Link();
}
