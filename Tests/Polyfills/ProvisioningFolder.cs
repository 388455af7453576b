using Aspire.Hosting.Engineless.Provisioning;

namespace Platform.Tests.Polyfills;

/// <summary>A cache folder of a test's own, and this machine as seen with it.</summary>
internal sealed class ProvisioningFolder : IDisposable
{
    /// <summary>Packages small enough to be fetched again and again: with those that are always needed, 9 MB.</summary>
    public static readonly string[] Packages = ["dash"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("provisioning-");

    /// <summary>Where a test may put files of its own.</summary>
    public string Path => _folder.FullName;

    /// <summary>This machine, with the cache in this folder.</summary>
    public Machine Machine => Aspire.Hosting.Engineless.Provisioning.Machine.Current() with { CacheFolder = InFolder("cache") };

    /// <summary>This machine, with the cache in this folder and other apt sources.</summary>
    public Machine MachineWith(string aptFolder) => Seen(Machine.CacheFolder, aptFolder);

    /// <summary>This machine, with another cache and other apt sources, beside which the distribution is named.</summary>
    public static Machine Seen(string cacheFolder, string aptFolder) =>
        Aspire.Hosting.Engineless.Provisioning.Machine.Current() with { CacheFolder = cacheFolder, AptFolder = aptFolder, OsReleaseFile = System.IO.Path.Combine(aptFolder, "os-release") };

    /// <summary>The names of what provisioning left in the cache, locks aside.</summary>
    public string[] Left => Directory.Exists(Machine.CacheFolder)
        ? [.. Directory.EnumerateFileSystemEntries(Machine.CacheFolder).Where(entry => !entry.EndsWith(".lock", StringComparison.Ordinal)).Select(entry => System.IO.Path.GetFileName(entry))]
        : [];

    public string InFolder(string name) => System.IO.Path.Combine(Path, name);

    public string CreateFolder(string name) => _folder.CreateSubdirectory(name).FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>Keeps the reports of provisioning and may act on one, in the thread that makes it.</summary>
internal sealed class ProvisioningReports(Action<ProvisioningProgress>? onReport = null) : IProgress<ProvisioningProgress>
{
    private readonly Lock _lock = new();
    private readonly List<ProvisioningProgress> _reports = [];

    public IReadOnlyList<ProvisioningProgress> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _reports];
            }
        }
    }

    public IEnumerable<ProvisioningPhase> Phases => All.Select(report => report.Phase).Distinct();

    public void Report(ProvisioningProgress value)
    {
        lock (_lock)
        {
            _reports.Add(value);
        }

        onReport?.Invoke(value);
    }
}
