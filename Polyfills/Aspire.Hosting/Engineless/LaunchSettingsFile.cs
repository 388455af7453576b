using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Engineless;

/// <summary>A project's <c>Properties/launchSettings.json</c>.</summary>
internal sealed record LaunchSettingsFile
{
    private static readonly JsonSerializerOptions Lenient = new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public Dictionary<string, LaunchProfile> Profiles { get; init; } = [];

    /// <summary>The named profile; without a name, the one the AppHost itself was launched with, else the project's first.</summary>
    /// <exception cref="DistributedApplicationException">There is no profile of that name.</exception>
    public static LaunchProfile? Profile(IProjectMetadata project, string? name, IConfiguration configuration)
    {
        var path = Path.Combine(Path.GetDirectoryName(project.ProjectPath)!, "Properties", "launchSettings.json");
        var profiles = File.Exists(path) ? JsonSerializer.Deserialize<LaunchSettingsFile>(File.ReadAllText(path), Lenient)!.Profiles : [];
        if (name is not null)
            return profiles.GetValueOrDefault(name) ?? throw new DistributedApplicationException($"Launch settings file of '{project.ProjectPath}' does not contain '{name}' profile.");
        return (configuration["DOTNET_LAUNCH_PROFILE"] ?? configuration["LAUNCH_PROFILE"]) is { } own && profiles.TryGetValue(own, out var same)
            ? same
            : profiles.Values.FirstOrDefault(profile => profile.CommandName == "Project");
    }

    internal sealed record LaunchProfile
    {
        public string? CommandName { get; init; }

        public string? ApplicationUrl { get; init; }

        public Dictionary<string, string> EnvironmentVariables { get; init; } = [];
    }
}
