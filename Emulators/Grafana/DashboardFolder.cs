using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Emulators.Grafana;

/// <summary>A dashboard as its file has it.</summary>
/// <param name="Uid">Its id in addresses.</param>
/// <param name="Title">Its name.</param>
/// <param name="File">The file's name, with its ending.</param>
/// <param name="Json">Its JSON model.</param>
internal sealed record Dashboard(string Uid, string Title, string File, JsonObject Json);

/// <summary>The dashboards' files; read anew each time, so that a page that is loaded again shows what was just edited.</summary>
internal sealed class DashboardFolder(string folder)
{
    /// <summary>All of them, by their files' names.</summary>
    /// <exception cref="InvalidDataException">A file is not a dashboard, or two have one uid; the message names the file.</exception>
    public IReadOnlyList<Dashboard> Read()
    {
        var all = new Dictionary<string, Dashboard>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var dashboard = Read(path);
            if (!all.TryAdd(dashboard.Uid, dashboard))
                throw new InvalidDataException($"{dashboard.File} and {all[dashboard.Uid].File} have the same uid, '{dashboard.Uid}'.");
        }

        return [.. all.Values];
    }

    private static Dashboard Read(string path)
    {
        var file = Path.GetFileName(path);
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path)) as JsonObject;
            return json?["uid"] is JsonValue uid && json["title"] is JsonValue title && json["panels"] is JsonArray
                ? new Dashboard(uid.GetValue<string>(), title.GetValue<string>(), file, json)
                : throw new InvalidDataException($"{file} is not a dashboard: it needs a uid, a title and panels.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file} cannot be read: {e.Message}", e);
        }
    }
}
