using System.Diagnostics;
using Aspire.Hosting.Engineless.Provisioning;

namespace Platform.Tests.Polyfills;

/// <summary>A machine that cannot be provisioned gets one sentence that says why, and keeps nothing broken.</summary>
[Collection(ProvisioningMirror.Collection)]
public sealed class ProvisioningFaultTests(ProvisioningMirror mirror) : IDisposable
{
    private readonly ProvisioningFolder _folder = mirror.CreateFolder();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Machine Machine => _folder.MachineWith(mirror.AptFolder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_machine_without_apt_is_told_what_is_missing()
    {
        var sentence = await FailAsync(Machine with { SearchPath = _folder.Path });

        Assert.Contains("no 'apt-get' on its PATH", sentence, StringComparison.Ordinal);
        Assert.Empty(_folder.Left);
    }

    [Fact]
    public async Task A_mirror_that_nobody_signed_is_refused()
    {
        var sources = await File.ReadAllTextAsync(Path.Combine(mirror.AptFolder, "sources.list"), Ct);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "sources.list"), sources.Replace("[trusted=yes]", "", StringComparison.Ordinal), Ct);

        var sentence = await FailAsync(Machine with { AptFolder = _folder.Path });

        Assert.StartsWith("The package mirror's signature cannot be checked", sentence, StringComparison.Ordinal);
        Assert.Empty(_folder.Left);
    }

    [Fact]
    public async Task A_package_that_the_mirror_lacks_is_named()
    {
        var sentence = await FailAsync(Machine, packages: "no-such-package");

        Assert.Equal("The package mirror does not carry what the stack needs (Unable to locate package no-such-package).", sentence);
        Assert.Empty(_folder.Left);
    }

    [Fact]
    public async Task A_cache_folder_that_cannot_be_made_is_named()
    {
        await File.WriteAllTextAsync(_folder.InFolder("file"), "", Ct);

        var sentence = await FailAsync(Machine with { CacheFolder = _folder.InFolder("file/cache") });

        Assert.StartsWith($"The cache folder {_folder.InFolder("file/cache")} cannot be written", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_little_room_is_noticed_before_anything_is_fetched()
    {
        var asked = mirror.Asked;

        var sentence = await FailAsync(Machine with { FreeBytes = _ => 20_000_000 });

        Assert.Matches($"^The disk that holds {_folder.Machine.CacheFolder} is full: [0-9]+ MB are needed and 20 MB are free; ", sentence);
        Assert.Empty(mirror.AskedSince(asked));
        Assert.Empty(_folder.Left);
    }

    [Theory]
    [InlineData(ProvisioningPhase.Updating)]
    [InlineData(ProvisioningPhase.Unpacking)]
    internal async Task A_disk_that_becomes_full_is_named_and_given_back(ProvisioningPhase when)
    {
        await using var disk = await SmallDisk.MountAsync(_folder.CreateFolder("disk"), "size=100m");
        var machine = Machine with { CacheFolder = Path.Combine(disk.Path, "cache"), FreeBytes = _ => long.MaxValue };
        var filling = new ProvisioningReports(report =>
        {
            if (report.Phase == when)
            {
                disk.Fill();
            }
        });

        var sentence = await FailAsync(machine, filling);

        Assert.StartsWith($"The disk that holds {machine.CacheFolder} is full", sentence, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(machine.CacheFolder));
        disk.Empty();
        Assert.NotNull(await PackageRoot.EnsureAsync(ProvisioningFolder.Packages, machine, new ProvisioningReports(), Ct));
    }

    [Fact]
    public async Task A_disk_that_nothing_may_be_run_from_is_named()
    {
        await using var disk = await SmallDisk.MountAsync(_folder.CreateFolder("disk"), "size=100m,noexec");
        var machine = Machine with { CacheFolder = Path.Combine(disk.Path, "cache"), FreeBytes = _ => long.MaxValue };

        var sentence = await FailAsync(machine);

        Assert.Contains("if its disk is mounted 'noexec'", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kernel_that_allows_no_user_namespaces_is_noticed_before_anything_is_fetched()
    {
        string[] forbid = ["unshare", "--user", "--map-root-user", "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"", "sh"];
        var asked = mirror.Asked;

        using var confined = ProvisioningProcess.Start(Machine, forbid);
        var sentence = await confined.WaitForAsync("sentence");

        Assert.StartsWith("This machine forbids the user namespaces that the stack's programs are confined with (the setting user.max_user_namespaces is 0): ", sentence, StringComparison.Ordinal);
        Assert.Empty(mirror.AskedSince(asked));
        Assert.Empty(_folder.Left);
    }

    [Theory]
    [InlineData("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0")]
    [InlineData("kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns is 1")]
    [InlineData("", "", "Creating new namespace failed: Operation not permitted")]
    public void What_forbids_a_sandbox_is_named(string setting, string value, string named)
    {
        var machine = Machine with { IsRoot = false, KernelSetting = name => name == setting ? value : null };

        var exception = Record.Exception(() => UserNamespaces.RefuseIfForbidden(machine))
            ?? UserNamespaces.Explain("bwrap: Creating new namespace failed: Operation not permitted\n", machine);

        Assert.Contains(named, Assert.IsType<ProvisioningException>(exception).Message, StringComparison.Ordinal);
    }

    private static async Task<string> FailAsync(Machine machine, ProvisioningReports? reports = null, params string[] packages)
    {
        var exception = await Assert.ThrowsAsync<ProvisioningException>(
            () => PackageRoot.EnsureAsync(packages, machine, reports ?? new ProvisioningReports(), Ct));
        Assert.DoesNotContain('\n', exception.Message);
        return exception.Message;
    }

    /// <summary>A disk in memory.</summary>
    private sealed class SmallDisk : IAsyncDisposable
    {
        public required string Path { get; init; }

        private string Filler => System.IO.Path.Combine(Path, "filler");

        public static async Task<SmallDisk> MountAsync(string folder, string options)
        {
            Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to mount a small disk");
            using var mount = Process.Start("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
            await mount.WaitForExitAsync(Ct);
            Assert.SkipUnless(mount.ExitCode == 0, "needs the right to mount a small disk");
            return new() { Path = folder };
        }

        public void Fill()
        {
            try
            {
                using var file = File.OpenWrite(Filler);
                for (var block = new byte[65536]; ;)
                {
                    file.Write(block);
                }
            }
            catch (IOException)
            {
                // full
            }
        }

        public void Empty() => File.Delete(Filler);

        public async ValueTask DisposeAsync()
        {
            using var umount = Process.Start("umount", [Path]);
            await umount.WaitForExitAsync(CancellationToken.None);
        }
    }
}
