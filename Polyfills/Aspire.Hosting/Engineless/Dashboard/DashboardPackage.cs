using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Aspire.Hosting.Engineless.Provisioning;

namespace Aspire.Hosting.Engineless.Dashboard;

/// <summary>
/// The genuine dashboard, unpacked from the npm package of the Aspire command line, which carries it. It is fetched by the
/// machine's own npm, once; a folder that has its name is complete.
/// </summary>
internal sealed class DashboardPackage(Machine machine, string package, string integrity)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);

    private readonly string _folder = Path.Combine(machine.CacheFolder, "dashboard", package[(package.LastIndexOf('/') + 1)..]);

    /// <summary>The package this is written for.</summary>
    public static DashboardPackage Pinned(Machine machine) => new(
        machine,
        "@microsoft/aspire-cli-linux-x64@13.5.4",
        "8PWeRHM1+QwQB2wxDnfPsimi3EW01r04b4DjX0jIDE78SlfJabwVfYArW/48vDzYvPzKSRye6DIPVAsCFoXjBA==");

    /// <summary>Why it cannot be had on this machine, as far as that is known without trying.</summary>
    public string? Obstacle => Directory.Exists(_folder) ? null
        : RuntimeInformation.OSArchitecture != Architecture.X64 ? $"it is packed for x64 processors only, and this is {RuntimeInformation.RuntimeIdentifier}"
        : Npm is null ? "npm, by which it is fetched, is not on the PATH"
        : null;

    /// <summary>Makes the dashboard ready: at once when it is in the cache, else by fetching it.</summary>
    /// <param name="say">Told, in sentences, how it gets on.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>The program.</returns>
    /// <exception cref="ProvisioningException">It cannot be had; the message says why.</exception>
    /// <remarks>Several processes at once take turns: one works, the others wait and use its result.</remarks>
    public async Task<string> EnsureAsync(Action<string> say, CancellationToken ct)
    {
        var program = Path.Combine(_folder, "aspire-managed");
        if (Directory.Exists(_folder))
            return program;
        FileStream? turn;
        while ((turn = FileLock.TryTake(_folder + ".lock")) is null)
            await Task.Delay(TimeSpan.FromMilliseconds(200), ct);
        await using (turn)
        {
            if (!Directory.Exists(_folder))
                await FetchAsync(say, ct);
        }
        return program;
    }

    private async Task FetchAsync(Action<string> say, CancellationToken ct)
    {
        // Whoever has the turn is the only one here: what lies about is of somebody who was killed.
        var staging = _folder + ".staging";
        try
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
            Directory.CreateDirectory(staging, AppHostFolders.OwnerOnly);
            var archive = await DownloadAsync(staging, say, ct);
            say("Unpacking the Aspire dashboard.");
            var commandLine = await ExtractAsync(archive, staging, ct);
            await SetUpAsync(commandLine, staging, ct);
            var managed = Directory.GetDirectories(Path.Combine(staging, "package", "versions")).Select(version => Path.Combine(version, "managed")).Single(Directory.Exists);
            // Else the name could survive a power cut that the files did not.
            NativeMethods.SyncFileSystem(Path.Combine(managed, "aspire-managed"));
            Directory.Move(managed, _folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException)
        {
            throw new ProvisioningException(e.Message, e);
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    private async Task<string> DownloadAsync(string staging, Action<string> say, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        say("Fetching the Aspire dashboard by npm (128 MB, once).");
        // npm says nothing of how far it is: what it has written so far does. Its cache is here, and goes with the rest.
        using var telling = new Timer(_ => say(string.Create(CultureInfo.InvariantCulture, $"Fetching the Aspire dashboard: {Written(Path.Combine(staging, "npm")) / 1_000_000} MB, {clock.Elapsed.TotalSeconds:0} s")), null, TellEvery, TellEvery);
        var start = new ProcessStartInfo(Npm ?? "npm", ["pack", package, "--silent", "--cache", Path.Combine(staging, "npm")]) { WorkingDirectory = staging };
        Tool.Result result;
        try
        {
            result = await Tool.RunAsync(start, null, ct);
        }
        catch (Win32Exception e)
        {
            throw new ProvisioningException("npm, by which it is fetched, cannot be run", e);
        }
        if (result.ExitCode != 0)
            throw new ProvisioningException($"npm could not fetch {package} ({(result.Errors.Trim().Length > 0 ? result.Errors.Trim().ReplaceLineEndings("; ") : $"exit code {result.ExitCode}")})");
        var archive = Path.Combine(staging, result.Output.Trim().Split('\n')[^1]);
        await using var file = File.OpenRead(archive);
        // npm has compared it with what the registry says; this is what it was when it was chosen.
        var actual = Convert.ToBase64String(await SHA512.HashDataAsync(file, ct));
        return actual == integrity ? archive : throw new ProvisioningException($"{package} is not what it was when it was chosen (SHA-512 {actual})");
    }

    private static long Written(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            return 0; // npm renames its files while they are counted
        }
    }

    private static async Task<string> ExtractAsync(string archive, string staging, CancellationToken ct)
    {
        await using var packed = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        await using var entries = new TarReader(packed);
        while (await entries.GetNextEntryAsync(copyData: false, ct) is { } entry)
        {
            if (entry.Name != "package/bin/aspire")
                continue;
            var file = Path.Combine(Directory.CreateDirectory(Path.Combine(staging, "package", "bin")).FullName, "aspire");
            await entry.ExtractToFileAsync(file, overwrite: false, ct);
            File.SetUnixFileMode(file, AppHostFolders.OwnerOnly);
            return file;
        }
        throw new InvalidDataException($"{Path.GetFileName(archive)} does not hold the program.");
    }

    // Unpacks itself beside its own folder. In an environment of its own, it leaves nothing elsewhere.
    private static async Task SetUpAsync(string commandLine, string staging, CancellationToken ct)
    {
        var start = new ProcessStartInfo(commandLine, ["setup", "--nologo", "--non-interactive"]) { WorkingDirectory = staging };
        start.Environment.Clear();
        start.Environment["HOME"] = Directory.CreateDirectory(Path.Combine(staging, "home")).FullName;
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "true";
        var result = await Tool.RunAsync(start, null, ct);
        if (result.ExitCode != 0)
            throw new ProvisioningException($"it could not be unpacked (exit code {result.ExitCode}: {result.Errors.Trim().ReplaceLineEndings("; ")})");
    }

    private string? Npm => machine.SearchPath.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, "npm")).FirstOrDefault(File.Exists);
}
