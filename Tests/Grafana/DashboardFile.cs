using System.Text.Json.Nodes;
using Platform.Tests.Support;

namespace Platform.Tests.Grafana;

/// <summary>A dashboard of <c>grafana/dashboards</c>.</summary>
/// <param name="Name">Its file's name, without ending.</param>
/// <param name="Text">Its text.</param>
/// <param name="Json">Its JSON model.</param>
internal sealed record DashboardFile(string Name, string Text, JsonObject Json)
{
    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<DashboardFile> All { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "grafana", "dashboards"), "*.json").Order(StringComparer.Ordinal)
            .Select(path => (Path: path, Text: File.ReadAllText(path)))
            .Select(file => new DashboardFile(Path.GetFileNameWithoutExtension(file.Path), file.Text, JsonNode.Parse(file.Text)!.AsObject())),
    ];

    /// <summary>Its id in addresses.</summary>
    public string Uid => (string)Json["uid"]!;

    /// <summary>Its panels and rows.</summary>
    public IReadOnlyList<JsonObject> Panels => [.. Json["panels"]!.AsArray().Select(panel => panel!.AsObject())];

    /// <summary>Its variables.</summary>
    public IReadOnlyList<JsonObject> Variables => [.. Json["templating"]!["list"]!.AsArray().Select(variable => variable!.AsObject())];
}
