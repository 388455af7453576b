using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using IOPath = System.IO.Path;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>
/// A folder that holds Debian packages with all they depend on, unpacked but not installed: the root file system of
/// every <see cref="Sandbox"/>. It is never changed once it has its name, so any number of stacks can share it.
/// </summary>
internal sealed class PackageRoot
{
    // Part of the key: raise it when RootLayout or the unpacking changes what a root looks like.
    private const int LayoutVersion = 2;

    /// <summary>What a sandbox itself needs: its program, a shell for the trial, and setsid.</summary>
    internal static readonly string[] AlwaysNeeded = ["bubblewrap", "dash", "util-linux"];

    private PackageRoot(string path) => Path = path;

    /// <summary>The root's folder.</summary>
    public string Path { get; }

    /// <summary>The root's own dynamic loader, so that its programs start without the machine's C library.</summary>
    public string Loader => IOPath.Combine(Path, Machine.Architecture == "amd64" ? "usr/lib64/ld-linux-x86-64.so.2" : "usr/lib/ld-linux-aarch64.so.1");

    /// <summary>The folder of the root's shared libraries.</summary>
    public string LibraryFolder => IOPath.Combine(Path, Machine.Architecture == "amd64" ? "usr/lib/x86_64-linux-gnu" : "usr/lib/aarch64-linux-gnu");

    /// <summary>Makes a root with the packages ready: at once when it is in the cache, else by fetching them.</summary>
    /// <param name="packages">Debian package names.</param>
    /// <param name="progress">Told what is being done; may be called from any thread.</param>
    /// <param name="ct">Stops the work; what was fetched is kept for the next start.</param>
    /// <returns>A root whose sandbox has just been tried.</returns>
    /// <exception cref="ProvisioningException">This machine cannot; the message says why in one sentence.</exception>
    /// <remarks>Safe to repeat and to run in several processes at once: one works, the others wait and use its result.</remarks>
    public static Task<PackageRoot> EnsureAsync(IReadOnlyCollection<string> packages, IProgress<ProvisioningProgress> progress, CancellationToken ct) =>
        EnsureAsync(packages, Machine.Current(), progress, ct);

    /// <inheritdoc cref="EnsureAsync(IReadOnlyCollection{string}, IProgress{ProvisioningProgress}, CancellationToken)"/>
    internal static async Task<PackageRoot> EnsureAsync(IReadOnlyCollection<string> packages, Machine machine, IProgress<ProvisioningProgress> progress, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var wanted = packages.Concat(AlwaysNeeded).Distinct().Order(StringComparer.Ordinal).ToList();
        var suite = PackageSuite.For(machine);
        var root = new PackageRoot(IOPath.Combine(machine.CacheFolder, Key(wanted, suite)));
        UserNamespaces.RefuseIfForbidden(machine);
        if (!Directory.Exists(root.Path))
            await new RootBuilder(machine, suite, wanted, root.Path, clock, progress).BuildAsync(ct);
        await UserNamespaces.TryAsync(root, machine, ct);
        progress.Report(new(ProvisioningPhase.Ready, 0, 0, 0, 0, clock.Elapsed));
        return root;
    }

    private static string Key(IEnumerable<string> packages, PackageSuite suite) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join('\n', [$"layout {LayoutVersion}", suite.Name, Machine.Architecture, .. packages]))))[..16];
}
