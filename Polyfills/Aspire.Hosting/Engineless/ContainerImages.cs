using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Engineless;

/// <summary>The images that run without a container engine. Another one is one more entry.</summary>
internal static class ContainerImages
{
    private static readonly ContainerImage[] All =
    [
        PostgresImage.Entry,
        new()
        {
            Names = ["redis"],
            Packages = ["redis-server"],
            DataPaths = ["/data"],
            // The password goes in by standard input: arguments are for everyone to read.
            Program = run => new(
                "/usr/bin/redis-server",
                ["-", "--bind", "127.0.0.1", "--port", Text(run.Port(6379)), "--dir", ContainerImage.SandboxDataPath, "--save", "", "--daemonize", "no", .. WithoutCommand(run.Arguments, "redis-server")],
                Without(run.Environment, "REDIS_PASSWORD"),
                run.Environment.TryGetValue("REDIS_PASSWORD", out var password) ? $"requirepass \"{Escape(password)}\"\n" : ""),
        },
        new()
        {
            Names = ["prom/prometheus"],
            Packages = ["prometheus"],
            DataPaths = ["/prometheus"],
            Program = run => new(
                "/usr/bin/prometheus",
                [
                    $"--web.listen-address=127.0.0.1:{run.Port(9090)}",
                    .. run.Arguments.Count == 0
                        ? ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=" + ContainerImage.SandboxDataPath]
                        : run.Arguments.Select(argument => argument.Replace("--storage.tsdb.path=/prometheus", "--storage.tsdb.path=" + ContainerImage.SandboxDataPath, StringComparison.Ordinal)),
                ],
                run.Environment),
        },
        new()
        {
            Names = ["prom/alertmanager"],
            Packages = ["prometheus-alertmanager"],
            DataPaths = ["/alertmanager"],
            Program = run => new(
                "/usr/bin/prometheus-alertmanager",
                [
                    $"--web.listen-address=127.0.0.1:{run.Port(9093)}", "--cluster.listen-address=", "--storage.path=" + ContainerImage.SandboxDataPath,
                    .. run.Arguments.Count == 0 ? ["--config.file=/etc/alertmanager/alertmanager.yml"] : run.Arguments.Where(argument => !argument.StartsWith("--storage.path=", StringComparison.Ordinal)),
                ],
                run.Environment),
        },
        new()
        {
            Names = ["prometheuscommunity/postgres-exporter"],
            Packages = ["prometheus-postgres-exporter"],
            DataPaths = [],
            Program = run => new("/usr/bin/prometheus-postgres-exporter", [$"--web.listen-address=127.0.0.1:{run.Port(9187)}", .. run.Arguments], run.Environment),
        },
        new()
        {
            Names = ["oliver006/redis_exporter"],
            Packages = ["prometheus-redis-exporter"],
            DataPaths = [],
            Program = run => new("/usr/bin/prometheus-redis-exporter", [$"--web.listen-address=127.0.0.1:{run.Port(9121)}", .. run.Arguments], run.Environment),
        },
        CosmosImage.Entry,
        GrafanaImage.Entry,
    ];

    /// <summary>Whether a resource is a container; an emulated account is one by its image alone.</summary>
    public static bool IsContainer(IResource resource) => resource is ContainerResource || resource.TryGetLastAnnotation<ContainerImageAnnotation>(out _);

    /// <summary>The entry for a container's image; <see langword="null"/> when it needs an engine.</summary>
    public static ContainerImage? Find(IResource resource)
    {
        if (!resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var annotation))
            return null;
        var name = annotation.Image;
        var parts = name.Split('/');
        if (parts.Length > 1 && (parts[0].Contains('.', StringComparison.Ordinal) || parts[0].Contains(':', StringComparison.Ordinal)))
            name = string.Join('/', parts[1..]);
        if (name.StartsWith("library/", StringComparison.Ordinal))
            name = name["library/".Length..];
        return All.FirstOrDefault(image => image.Names.Contains(name, StringComparer.Ordinal));
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    internal static Dictionary<string, string> Without(IReadOnlyDictionary<string, string> environment, params ReadOnlySpan<string> names)
    {
        var rest = environment.ToDictionary();
        foreach (var name in names)
            rest.Remove(name);
        return rest;
    }

    // The images' entry points take both "program arguments" and "arguments".
    internal static IEnumerable<string> WithoutCommand(IReadOnlyList<string> arguments, string command) =>
        arguments is [var first, ..] && first == command ? arguments.Skip(1) : arguments;
}
