using System.Text.Json.Nodes;
using Platform.Tests.Support;

namespace Platform.Tests.Grafana;

/// <summary>A dashboard of <c>grafana/dashboards</c>.</summary>
/// <param name="Name">Its file's name, without ending.</param>
/// <param name="Text">Its text.</param>
/// <param name="Json">Its JSON model.</param>
internal sealed record DashboardFile(string Name, string Text, JsonObject Json)
{
    /// <summary>Where they are.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "grafana", "dashboards");

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<DashboardFile> All { get; } =
    [
        .. Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal)
            .Select(path => (Path: path, Text: File.ReadAllText(path)))
            .Select(file => new DashboardFile(Path.GetFileNameWithoutExtension(file.Path), file.Text, JsonNode.Parse(file.Text)!.AsObject())),
    ];

    /// <summary>Their names, for theories.</summary>
    public static TheoryData<string> Names => new(All.Select(dashboard => dashboard.Name));

    /// <summary>Its id in addresses.</summary>
    public string Uid => (string)Json["uid"]!;

    /// <summary>Its panels and rows.</summary>
    public IReadOnlyList<JsonObject> Panels => Objects(Json["panels"]);

    /// <summary>Its panels that ask Prometheus.</summary>
    public IEnumerable<JsonObject> Asking => Panels.Where(panel => (string?)panel["type"] is not ("row" or "text"));

    /// <summary>Its variables.</summary>
    public IReadOnlyList<JsonObject> Variables => Objects(Json["templating"]!["list"]);

    /// <summary>The one of a name.</summary>
    public static DashboardFile Of(string name) => All.Single(dashboard => dashboard.Name == name);

    /// <summary>The objects of an array; none where there is no array.</summary>
    public static IReadOnlyList<JsonObject> Objects(JsonNode? array) => [.. (array as JsonArray ?? []).Select(one => one!.AsObject())];
}
