using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Aspire.Hosting.Engineless.Dashboard;
using Aspire.Hosting.Engineless.Provisioning;

namespace Platform.Tests.Polyfills.Dashboard;

/// <summary>How the dashboard's program gets here; an npm and a package of the test's own take the place of the real ones.</summary>
[SupportedOSPlatform("linux")]
public sealed class DashboardPackageTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly ProvisioningFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_fetched_once_however_many_want_it_and_nothing_else_is_left()
    {
        var machine = await MachineAsync();
        var said = new List<string>();

        var programs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PackageOf(machine).EnsureAsync(sentence => Note(said, sentence), Ct)));
        var again = await PackageOf(machine).EnsureAsync(sentence => Note(said, sentence), Ct);

        Assert.Equal("the dashboard", await File.ReadAllTextAsync(Assert.Single(programs.Append(again).Distinct()), Ct));
        Assert.Single(await File.ReadAllLinesAsync(_folder.InFolder("calls"), Ct));
        Assert.Equal(["Fetching the Aspire dashboard by npm (128 MB, once).", "Unpacking the Aspire dashboard."], said);
        Assert.Equal(["tool@1.0.0"], Kept(machine));
    }

    [Fact]
    public async Task What_is_not_what_it_was_when_it_was_chosen_is_refused()
    {
        var machine = await MachineAsync();
        var other = new DashboardPackage(machine, "@example/tool@1.0.0", Convert.ToBase64String(SHA512.HashData([1])));

        var refused = await Assert.ThrowsAsync<ProvisioningException>(() => other.EnsureAsync(_ => { }, Ct));

        Assert.StartsWith("@example/tool@1.0.0 is not what it was when it was chosen", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Kept(machine));
    }

    [Fact]
    public async Task An_npm_that_fails_is_quoted_and_the_next_start_tries_again()
    {
        var machine = await MachineAsync(npm: "echo 'registry out of reach' >&2; exit 1");

        var failed = await Assert.ThrowsAsync<ProvisioningException>(() => PackageOf(machine).EnsureAsync(_ => { }, Ct));
        await PackageOf(await MachineAsync()).EnsureAsync(_ => { }, Ct);

        Assert.Equal("npm could not fetch @example/tool@1.0.0 (registry out of reach)", failed.Message);
        Assert.Equal(["tool@1.0.0"], Kept(machine));
    }

    [Fact]
    public async Task What_a_killed_start_left_is_no_obstacle()
    {
        var machine = await MachineAsync();
        var left = Directory.CreateDirectory(Path.Combine(machine.CacheFolder, "dashboard", "tool@1.0.0.staging", "package", "versions", "other", "managed"));
        await File.WriteAllTextAsync(Path.Combine(left.FullName, "aspire-managed"), "half of it", Ct);

        var program = await PackageOf(machine).EnsureAsync(_ => { }, Ct);

        Assert.Equal("the dashboard", await File.ReadAllTextAsync(program, Ct));
    }

    [Fact]
    public async Task Without_npm_it_says_so_unless_it_is_there_already()
    {
        var machine = await MachineAsync();
        var without = machine with { SearchPath = "" };

        var before = PackageOf(without).Obstacle;
        await PackageOf(machine).EnsureAsync(_ => { }, Ct);

        Assert.Equal("npm, by which it is fetched, is not on the PATH", before);
        Assert.Null(PackageOf(without).Obstacle);
    }

    private DashboardPackage PackageOf(Machine machine) =>
        new(machine, "@example/tool@1.0.0", Convert.ToBase64String(SHA512.HashData(File.ReadAllBytes(_folder.InFolder("tool.tgz")))));

    private static string[] Kept(Machine machine) =>
        [.. Directory.EnumerateDirectories(Path.Combine(machine.CacheFolder, "dashboard")).Select(folder => Path.GetFileName(folder)!)];

    private static void Note(List<string> said, string sentence)
    {
        lock (said)
            said.Add(sentence);
    }

    // The package holds a script that unpacks itself as the real one does.
    private async Task<Machine> MachineAsync(string? npm = null)
    {
        var archive = _folder.InFolder("tool.tgz");
        if (!File.Exists(archive))
        {
            var binaries = Directory.CreateDirectory(_folder.InFolder("made/package/bin"));
            await ScriptAsync(Path.Combine(binaries.FullName, "aspire"), """cd "$(dirname "$0")/.." && mkdir -p versions/1/managed versions/1/dcp && printf 'the dashboard' > versions/1/managed/aspire-managed""");
            await Process.Start("tar", ["-czf", archive, "-C", _folder.InFolder("made"), "package"]).WaitForExitAsync(Ct);
        }
        await ScriptAsync(Path.Combine(_folder.CreateFolder("bin"), "npm"), npm ?? $"echo called >> {_folder.InFolder("calls")}; cp {archive} . && echo tool.tgz");
        return _folder.Machine with { SearchPath = _folder.InFolder("bin") };
    }

    private static async Task ScriptAsync(string path, string script)
    {
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n", Ct);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
