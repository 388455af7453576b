using System.Diagnostics;
using Aspire.Hosting.Engineless.Provisioning;

namespace Platform.Tests.Polyfills;

/// <summary>A root is built whole or not at all.</summary>
[Collection(ProvisioningMirror.Collection)]
public sealed class ProvisioningTests(ProvisioningMirror mirror) : IDisposable
{
    private readonly ProvisioningFolder _folder = mirror.CreateFolder();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Machine Machine => _folder.MachineWith(mirror.AptFolder);

    public void Dispose()
    {
        mirror.StallAt(null);
        _folder.Dispose();
    }

    [Fact]
    public async Task A_root_comes_from_the_machines_own_mirror_and_is_then_used_without_network_or_apt()
    {
        var reports = new ProvisioningReports();

        var built = await PackageRoot.EnsureAsync(ProvisioningFolder.Packages, _folder.Machine, reports, Ct);
        var found = await PackageRoot.EnsureAsync(ProvisioningFolder.Packages, _folder.Machine with { SearchPath = "", AptFolder = "" }, new ProvisioningReports(), Ct);

        Assert.Equal(built.Path, found.Path);
        Assert.Equal(
            [ProvisioningPhase.Updating, ProvisioningPhase.Downloading, ProvisioningPhase.Unpacking, ProvisioningPhase.Finishing, ProvisioningPhase.Ready],
            reports.Phases);
        var last = reports.All.Last(report => report.Phase == ProvisioningPhase.Unpacking);
        Assert.Equal((last.PackagesTotal, last.BytesTotal), (last.Packages, last.Bytes));
        Assert.True(last.Packages > 10 && last.Bytes > 5_000_000, last.ToString());
        Assert.Equal([Path.GetFileName(built.Path)], _folder.Left);
    }

    [Fact]
    public async Task A_start_killed_while_it_fetched_is_made_good_by_the_next_without_fetching_twice()
    {
        var stall = mirror.StallAt("bubblewrap_")!;
        using var killed = ProvisioningProcess.Start(Machine);
        await stall.Reached;
        await killed.KillAsync();
        mirror.StallAt(null);
        var asked = mirror.Asked;

        var root = await PackageRoot.EnsureAsync(ProvisioningFolder.Packages, Machine, new ProvisioningReports(), Ct);

        Assert.Single(mirror.AskedSince(asked));
        Assert.Equal([Path.GetFileName(root.Path)], _folder.Left);
    }

    [Fact]
    public async Task A_start_killed_while_it_unpacked_is_made_good_by_the_next_without_fetching_again()
    {
        using var killed = ProvisioningProcess.Start(Machine);
        await killed.WaitForAsync("Unpacking packages");
        await killed.KillAsync();
        Assert.All(_folder.Left, name => Assert.EndsWith(".staging", name, StringComparison.Ordinal));
        var asked = mirror.Asked;

        var root = await PackageRoot.EnsureAsync(ProvisioningFolder.Packages, Machine, new ProvisioningReports(), Ct);

        Assert.Empty(mirror.AskedSince(asked));
        Assert.Equal([Path.GetFileName(root.Path)], _folder.Left);
    }

    [Fact]
    public async Task Another_list_of_packages_gets_a_root_of_its_own_and_uses_what_a_stopped_start_fetched()
    {
        await StopWhileUnpackingAsync();
        var asked = mirror.Asked;

        await PackageRoot.EnsureAsync(["netbase"], Machine, new ProvisioningReports(), Ct);

        Assert.Single(mirror.AskedSince(asked));
        Assert.Single(_folder.Left);
    }

    [Fact]
    public async Task A_package_that_was_damaged_on_disk_is_fetched_again()
    {
        await StopWhileUnpackingAsync();
        var package = Directory.EnumerateFiles(_folder.Path, "dash_*.deb", SearchOption.AllDirectories).Single();
        await File.WriteAllBytesAsync(package, new byte[new FileInfo(package).Length], Ct);
        var asked = mirror.Asked;

        await PackageRoot.EnsureAsync(ProvisioningFolder.Packages, Machine, new ProvisioningReports(), Ct);

        Assert.Single(mirror.AskedSince(asked));
    }

    [Fact]
    public async Task A_start_that_is_stopped_ends_although_the_mirror_hangs()
    {
        var stall = mirror.StallAt("dash_")!;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var start = PackageRoot.EnsureAsync(ProvisioningFolder.Packages, Machine, new ProvisioningReports(), stop.Token);
        await stall.Reached;

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start.WaitAsync(TimeSpan.FromSeconds(30), Ct));
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc"), IsOurs);
    }

    [Fact]
    public async Task Two_processes_at_once_build_one_root_and_share_it()
    {
        var stall = mirror.StallAt("bubblewrap_")!;
        using var first = ProvisioningProcess.Start(Machine);
        await stall.Reached;
        using var second = ProvisioningProcess.Start(Machine);
        await second.WaitForAsync("Waiting for another start");
        var third = PackageRoot.EnsureAsync(ProvisioningFolder.Packages, Machine, new ProvisioningReports(), Ct);
        var asked = mirror.Asked;
        mirror.StallAt(null);
        await first.KillAsync();

        var roots = new[] { await second.WaitForAsync("root"), (await third).Path };

        Assert.Equal([roots[0]], roots.Distinct());
        Assert.Single(mirror.AskedSince(asked));
        Assert.Equal([Path.GetFileName(roots[0])], _folder.Left);
    }

    [Fact]
    public async Task An_ordinary_user_can_do_it_too()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to become somebody else");
        var home = _folder.CreateFolder("home");
        await RunAsync("chmod", "-R", "a+rX", _folder.Path, Path.GetDirectoryName(mirror.AptFolder)!);
        await RunAsync("chown", "nobody", home);
        string[] becomeNobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env", $"HOME={home}"];
        var mayRead = await RunAsync(becomeNobody[0], [.. becomeNobody[1..], "test", "-r", typeof(ProvisioningProcess).Assembly.Location]);
        Assert.SkipUnless(mayRead, "needs a checkout that other users may read");

        using var nobody = ProvisioningProcess.Start(Machine with { CacheFolder = Path.Combine(home, "cache") }, becomeNobody);
        var root = await nobody.WaitForAsync("root");

        Assert.StartsWith(home, root, StringComparison.Ordinal);
    }

    private async Task StopWhileUnpackingAsync()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var stopping = new ProvisioningReports(report =>
        {
            if (report.Phase == ProvisioningPhase.Unpacking)
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PackageRoot.EnsureAsync(ProvisioningFolder.Packages, Machine, stopping, stop.Token));
    }

    // apt and its helpers are told of their folder by their environment.
    private bool IsOurs(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "environ")).Contains(_folder.Path, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // not a process, gone, or somebody else's
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Ct);
        return process.ExitCode == 0;
    }
}
