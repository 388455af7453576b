using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Tests.Support;

namespace Platform.Tests.Grafana;

/// <summary>What every dashboard has, so that who knows one knows them all.</summary>
public sealed partial class DashboardRulesTests
{
    [Fact]
    public void There_are_the_eight_and_each_has_an_id_of_its_own()
    {
        Assert.Equal(["analytics", "api", "business", "cache", "changes", "overview", "postgresql", "redis"], DashboardFile.All.Select(dashboard => dashboard.Name));
        Assert.Equal(DashboardFile.All.Count, DashboardFile.All.Select(dashboard => dashboard.Uid).Distinct().Count());
        Assert.All(DashboardFile.All, dashboard => Assert.Equal($"platform-{dashboard.Name}", dashboard.Uid));
    }

    [Theory]
    [MemberData(nameof(DashboardFile.Names), MemberType = typeof(DashboardFile))]
    public void Every_panel_says_what_it_shows_and_in_what_unit(string name)
    {
        foreach (var panel in DashboardFile.Of(name).Panels.Where(panel => (string?)panel["type"] != "row"))
            Assert.True(panel["title"]?.GetValue<string>().Length > 0 && panel["description"]?.GetValue<string>().Length > 10, $"{panel["title"]}: title or description");
        foreach (var panel in DashboardFile.Of(name).Asking)
        {
            var defaults = panel["fieldConfig"]?["defaults"];
            Assert.True(defaults?["unit"]?.GetValue<string>().Length > 0, $"{panel["title"]}: unit");
            Assert.True(DashboardFile.Objects(defaults?["thresholds"]?["steps"]).Count > 0, $"{panel["title"]}: thresholds");
        }
    }

    [Theory]
    [MemberData(nameof(DashboardFile.Names), MemberType = typeof(DashboardFile))]
    public void No_data_source_is_named_but_by_the_variable(string name)
    {
        var dashboard = DashboardFile.Of(name);

        var sources = Sources(dashboard.Json).ToList();

        Assert.All(sources, source => Assert.Equal("${datasource}", source));
        Assert.True(sources.Count >= dashboard.Asking.Count());
        Assert.Contains(dashboard.Variables, variable => (string?)variable["name"] == "datasource" && (string?)variable["type"] == "datasource");
    }

    [Theory]
    [MemberData(nameof(DashboardFile.Names), MemberType = typeof(DashboardFile))]
    public void It_can_be_narrowed_and_every_variable_is_used_and_described(string name)
    {
        var dashboard = DashboardFile.Of(name);
        var without = Definition().Replace(dashboard.Text, "");

        Assert.Contains(dashboard.Variables, variable => (string?)variable["name"] == "instance");
        foreach (var variable in dashboard.Variables)
        {
            Assert.True(variable["description"]?.GetValue<string>().Length > 0, $"{variable["name"]}: description");
            Assert.Matches($@"\$\{{?{variable["name"]}\b", without);
        }

        var known = dashboard.Variables.Select(variable => (string)variable["name"]!).Concat(["__rate_interval", "__range", "__all"]);
        Assert.Empty(Used().Matches(dashboard.Text).Select(match => match.Groups[1].Value).Except(known));
    }

    [Theory]
    [MemberData(nameof(DashboardFile.Names), MemberType = typeof(DashboardFile))]
    public void It_leads_to_the_others_and_to_traces_and_marks_starts_and_alerts(string name)
    {
        var dashboard = DashboardFile.Of(name);
        var links = DashboardFile.Objects(dashboard.Json["links"]);
        var annotations = DashboardFile.Objects(dashboard.Json["annotations"]!["list"]);

        Assert.Contains(links, link => (string?)link["type"] == "dashboards" && link["tags"]!.AsArray().Any(tag => (string?)tag == "platform"));
        Assert.Contains("platform", dashboard.Json["tags"]!.AsArray().Select(tag => (string?)tag));
        Assert.Contains(links, link => (string?)link["url"] == "${traces}/traces");
        Assert.Contains(annotations, annotation => ((string)annotation["target"]!["expr"]!).StartsWith("process_start_time_seconds", StringComparison.Ordinal));
        Assert.Contains(annotations, annotation => ((string)annotation["target"]!["expr"]!).StartsWith("ALERTS", StringComparison.Ordinal));
        Assert.All(Leading().Matches(dashboard.Text).Select(match => match.Groups[1].Value), uid => Assert.Contains(DashboardFile.All, other => other.Uid == uid));
    }

    [Theory]
    [MemberData(nameof(DashboardFile.Names), MemberType = typeof(DashboardFile))]
    public void Panels_lie_beside_one_another(string name)
    {
        var panels = DashboardFile.Of(name).Panels;
        var taken = new Dictionary<(int X, int Y), string>();

        foreach (var panel in panels)
        {
            var (x, y, w, h) = (At(panel, "x"), At(panel, "y"), At(panel, "w"), At(panel, "h"));
            Assert.True(x >= 0 && x + w <= 24, $"{panel["title"]} is wider than the page");
            foreach (var cell in from column in Enumerable.Range(x, w) from row in Enumerable.Range(y, h) select (column, row))
                Assert.True(taken.TryAdd(cell, $"{panel["title"]}"), $"{panel["title"]} lies on {taken[cell]}");
        }

        Assert.Equal(panels.Count, panels.Select(panel => (int)panel["id"]!).Distinct().Count());
        Assert.All(panels, panel => Assert.Distinct(DashboardFile.Objects(panel["targets"]).Select(target => (string)target["refId"]!)));
    }

    [Fact]
    public void Grafana_is_given_what_the_dashboards_rely_on()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "grafana", "provisioning", "datasources", "prometheus.yml"));
        var interval = Interval().Match(File.ReadAllText(Path.Combine(Repository.Root, "grafana", "prometheus", "prometheus.yml"))).Groups[1].Value;

        Assert.Contains("url: $PROMETHEUS_URL", source, StringComparison.Ordinal);
        Assert.Contains($"timeInterval: {interval} ", source, StringComparison.Ordinal);
        Assert.Contains($"scrapeSeconds = {interval.TrimEnd('s')};", File.ReadAllText(Path.Combine(Repository.Root, "Emulators", "Grafana", "wwwroot", "time-range.js")), StringComparison.Ordinal);
    }

    private static int At(JsonObject panel, string side) => (int)panel["gridPos"]![side]!;

    private static IEnumerable<string?> Sources(JsonNode? node) => node switch
    {
        JsonObject one => one.SelectMany(property => property.Key == "datasource" ? [(string?)property.Value!["uid"]] : Sources(property.Value)),
        JsonArray many => many.SelectMany(Sources),
        _ => [],
    };

    [GeneratedRegex("\"name\": \"\\w+\"")]
    private static partial Regex Definition();

    [GeneratedRegex(@"\$\{?(\w+)")]
    private static partial Regex Used();

    [GeneratedRegex(@"/d/([\w-]+)")]
    private static partial Regex Leading();

    [GeneratedRegex(@"scrape_interval: (\w+)")]
    private static partial Regex Interval();
}
