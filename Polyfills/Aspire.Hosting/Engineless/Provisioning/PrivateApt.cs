using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>
/// apt with all its state in a folder of our own: no root rights needed, nothing of the machine changed. From the
/// machine it takes the source (<see cref="PackageSuite"/>), proxies, keys and mirror passwords, and nothing else:
/// its hooks, pinning and extra index files would act on, or fetch for, the machine itself.
/// </summary>
internal sealed partial class PrivateApt
{
    // Settings under Acquire:: that say what to fetch rather than how.
    private static readonly string[] DroppedSettings =
        ["Acquire::IndexTargets", "Acquire::Languages", "Acquire::cdrom", "Acquire::Changelogs", "Acquire::CompressionTypes"];

    private readonly Machine _machine;
    private readonly string _folder;

    private PrivateApt(Machine machine, string folder) => (_machine, _folder) = (machine, folder);

    /// <summary>Where apt keeps downloaded packages, below the folder of its state.</summary>
    public const string ArchiveFolder = "var/cache/apt/archives";

    /// <summary>The needed packages, and how many bytes they take when unpacked.</summary>
    internal sealed record Closure(IReadOnlyList<DebPackage> Packages, long UnpackedBytes);

    /// <summary>Lays out the state and writes the configuration.</summary>
    public static async Task<PrivateApt> CreateAsync(Machine machine, PackageSuite suite, string folder, CancellationToken ct)
    {
        foreach (var part in new[] { "etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/sources.list.d", "etc/apt/auth.conf.d", "etc/apt/trusted.gpg.d", "var/lib/apt/lists/partial", $"{ArchiveFolder}/partial" })
            Directory.CreateDirectory(Path.Combine(folder, part));
        await File.WriteAllTextAsync(Path.Combine(folder, "status"), "", ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "etc/apt/sources.list.d/suite.sources"), suite.SourceFor(machine), ct);

        var dump = await Tool.RunAsync(StartInfo(machine.FindTool("apt-config"), "dump"), null, ct);
        var settings = dump.Output.Split('\n').Where(line =>
            line.StartsWith("Acquire::", StringComparison.Ordinal) && !DroppedSettings.Any(name => line.StartsWith(name, StringComparison.Ordinal)));
        var configuration = new StringBuilder().AppendJoin('\n', settings).Append(CultureInfo.InvariantCulture, $"""

            Dir "{folder}";
            Dir::State::status "{folder}/status";
            Acquire::Languages "none";
            Acquire::ForceHash "SHA256";
            APT::Architecture "{Machine.Architecture}";
            APT::Architectures "{Machine.Architecture}";
            APT::Install-Recommends "false";
            APT::Update::Error-Mode "any";
            APT::Sandbox::User "root";

            """); // the last: root's private folder is closed to the user that apt would else fetch as
        foreach (var (setting, name) in new[] { ("Dir::Etc::netrc", "auth.conf"), ("Dir::Etc::netrcparts", "auth.conf.d"), ("Dir::Etc::trusted", "trusted.gpg"), ("Dir::Etc::trustedparts", "trusted.gpg.d") })
        {
            if (Path.Exists(Path.Combine(machine.AptFolder, name)))
                configuration.Append(CultureInfo.InvariantCulture, $"{setting} \"{Path.Combine(machine.AptFolder, name)}\";\n");
        }
        await File.WriteAllTextAsync(Path.Combine(folder, "apt.conf"), configuration.ToString(), ct);
        return new(machine, folder);
    }

    /// <summary>Fetches the package index.</summary>
    public Task UpdateAsync(CancellationToken ct) => RunAsync(["update"], null, ct);

    /// <summary>Resolves packages with all they depend on. Asked before anything is downloaded, the list is whole.</summary>
    public async Task<Closure> ResolveAsync(IEnumerable<string> packages, CancellationToken ct)
    {
        var output = await RunAsync(["install", "--yes", "--print-uris", .. packages], null, ct);
        var closure = output.Split('\n').Select(DebPackage.Parse).OfType<DebPackage>().ToList();
        var bytes = closure.Sum(package => package.Bytes);
        // Packages shrink about four times; the sentence is missing only if a later apt words it differently.
        var unpacked = DiskSpace().Match(output) is { Success: true } match
            ? (long)(double.Parse(match.Groups["amount"].Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * match.Groups["unit"].Value switch { "k" => 1e3, "M" => 1e6, "G" => 1e9, _ => 1 })
            : bytes * 5;
        return new(closure, unpacked);
    }

    /// <summary>
    /// Downloads what is not in <see cref="ArchiveFolder"/> yet, and calls <paramref name="onProgress"/> with the share
    /// done, 0 to 1. apt checks each file against the signed index.
    /// </summary>
    public Task DownloadAsync(IEnumerable<string> packages, Action<double> onProgress, CancellationToken ct) =>
        RunAsync(["install", "--yes", "--download-only", "-o", "APT::Status-Fd=1", .. packages], line =>
        {
            // dlstatus:41:31.7788:Retrieving file 41 of 129
            if (line.StartsWith("dlstatus:", StringComparison.Ordinal) && double.TryParse(line.Split(':')[2], CultureInfo.InvariantCulture, out var percent))
                onProgress(percent / 100);
        }, ct);

    private async Task<string> RunAsync(IEnumerable<string> arguments, Action<string>? onLine, CancellationToken ct)
    {
        var startInfo = StartInfo(_machine.FindTool("apt-get"), ["--quiet", .. arguments]);
        startInfo.Environment["APT_CONFIG"] = Path.Combine(_folder, "apt.conf");
        var result = await Tool.RunAsync(startInfo, onLine, ct);
        if (result.ExitCode == 0)
            return result.Output;
        throw DiskFull.IsSaidIn(result.Errors) ? DiskFull.Error(result.Errors) : AptFailure.Explain(result.Errors);
    }

    private static ProcessStartInfo StartInfo(string tool, params IEnumerable<string> arguments) =>
        new(tool, arguments) { Environment = { ["LC_ALL"] = "C", ["LANGUAGE"] = null, ["DEBIAN_FRONTEND"] = "noninteractive" } };

    [GeneratedRegex(@"After this operation, (?<amount>[\d.,]+) (?<unit>[kMG]?)B of additional disk space")]
    private static partial Regex DiskSpace();
}
