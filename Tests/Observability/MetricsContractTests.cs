using System.Text.Json.Nodes;

namespace Platform.Tests.Observability;

/// <summary>docs/metrics.md, what services export, dashboards and rules say the same.</summary>
public sealed class MetricsContractTests(MeasuredStack stack) : IClassFixture<MeasuredStack>
{
    // What comes with libraries is documented where somebody looks at it; our own is there for somebody.
    private static readonly string[] Own = ["platform_", "cache_", "changestream_", "realtime_", "analytics_", "cosmos_"];

    [Fact]
    public async Task Every_documented_metric_is_there_while_people_use_the_stack()
    {
        var wanted = MetricsDocument.Metrics.Values.Where(metric => metric.Failure.Length == 0).Select(metric => metric.Type == "histogram" ? $"{metric.Name}_bucket" : metric.Name).ToList();

        await MeasuredStack.NothingIsMissingAsync(() => WithoutAnswerAsync(wanted));

        Assert.True(wanted.Count > 100, "the tables are not read as they are written");
    }

    [Fact]
    public async Task Every_metric_of_the_platform_is_documented_with_its_type_and_its_labels()
    {
        var types = await stack.TypesAsync();
        List<string> wrong = [.. types.Keys.Where(name => Own.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) && MetricsDocument.Of(name) is null)];
        foreach (var metric in MetricsDocument.Metrics.Values.Where(metric => types.ContainsKey(metric.Name)))
        {
            // .NET's counters are exported as gauges, which does not show.
            var isHistogram = types[metric.Name] == "histogram";
            var labels = (await stack.SeriesAsync(isHistogram ? $"{metric.Name}_bucket" : metric.Name)).SelectMany(series => series.Keys).Distinct();
            var unknown = labels.Except(["__name__", "job", "instance", "le", .. metric.Labels]).ToList();
            wrong.AddRange(unknown.Select(label => $"{metric.Name} has the label {label}"));
            if (isHistogram != (metric.Type == "histogram") || (types[metric.Name] == "counter" && metric.Type != "counter"))
            {
                wrong.Add($"{metric.Name} is a {types[metric.Name]}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Dashboards_and_rules_use_documented_names_alone()
    {
        var rules = await stack.RulesAsync();
        var recorded = rules.Select(rule => rule["name"]!.GetValue<string>()).ToHashSet();

        var unknown =
            from one in Expressions(rules)
            from selector in PromQl.Selectors(one.Expression)
            let name = PromQl.NameOf(selector)
            where name.Length > 0 && !recorded.Contains(name) && name != "ALERTS" && MetricsDocument.Of(name) is null
            select $"{one.Where}: {name}";

        Assert.Empty(unknown);
    }

    [Fact]
    public async Task Every_expression_of_dashboards_and_rules_answers_while_people_use_the_stack()
    {
        var rules = await stack.RulesAsync();
        // An alert is silent as a whole, but there must be something that it looks at.
        var wanted = Expressions(rules).Where(one => !one.IsAlert).Select(one => one.Expression)
            .Concat(Expressions(rules).Where(one => one.IsAlert).SelectMany(one => PromQl.Selectors(one.Expression))).Distinct();

        await MeasuredStack.NothingIsMissingAsync(() => WithoutAnswerAsync(wanted.Where(one => !IsOnlyInFailure(one))));

        Assert.All(rules, rule => Assert.True(rule["lastError"] is null, $"{rule["name"]}: {rule["lastError"]}"));
    }

    private static bool IsOnlyInFailure(string expression) => PromQl.Selectors(expression).Any(selector =>
        MetricsDocument.OnlyInFailure.ContainsKey(selector.Trim()) || MetricsDocument.Of(PromQl.NameOf(selector)) is { Failure.Length: > 0 });

    private static IEnumerable<(string Where, string Expression, bool IsAlert)> Expressions(IReadOnlyList<JsonNode> rules) =>
        rules.Select(rule => (rule["name"]!.GetValue<string>(), rule["query"]!.GetValue<string>(), rule["type"]!.GetValue<string>() == "alerting"))
            .Concat(DashboardExpressions.All.Select(one => (one.Where, one.Expression, false)));

    private async Task<IReadOnlyList<string>> WithoutAnswerAsync(IEnumerable<string> expressions)
    {
        List<string> missing = [];
        foreach (var expression in expressions)
        {
            if ((await stack.QueryAsync(expression)).Count == 0)
            {
                missing.Add(expression);
            }
        }

        return missing;
    }
}
