using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Tests.Grafana;

namespace Platform.Tests.Observability;

/// <summary>The expressions in <c>grafana/dashboards</c>.</summary>
internal static partial class DashboardExpressions
{
    /// <summary>All of them, filled in, with where each stands: panels, annotations and what variables are chosen from.</summary>
    public static IReadOnlyList<(string Where, string Expression)> All { get; } =
        [.. DashboardFile.All.SelectMany(file => In(file.Name, file.Json))];

    private static IEnumerable<(string Where, string Expression)> In(string where, JsonNode node)
    {
        if (node is JsonArray array)
        {
            return array.OfType<JsonNode>().SelectMany(item => In(where, item));
        }

        if (node is not JsonObject thing)
        {
            return [];
        }

        var here = thing["title"] is JsonValue title ? $"{where}/{title}" : where;
        var found = thing.Where(property => property.Value is not null).SelectMany(property => In(here, property.Value!));
        if (thing["expr"] is JsonValue expression)
        {
            found = found.Append((here, PromQl.Fill(expression.GetValue<string>())));
        }

        return Chosen().Match(thing["query"] switch { JsonValue text => text.ToString(), JsonObject query => query["query"]?.ToString() ?? "", _ => "" }) is { Success: true } chosen
            ? found.Append(($"{here}/${thing["name"]}", PromQl.Fill(chosen.Groups["series"].Value)))
            : found;
    }

    [GeneratedRegex(@"^label_values\((?<series>.+),\s*\w+\)$")]
    private static partial Regex Chosen();
}
