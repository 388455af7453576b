using System.Runtime.InteropServices;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>What provisioning takes from the machine it runs on. Tests change one thing at a time.</summary>
internal sealed record Machine
{
    /// <summary>The address of a Debian mirror for machines whose own apt sources are of no use here.</summary>
    public const string MirrorVariable = "ENGINELESS_DEBIAN_MIRROR";

    /// <summary>Where roots are kept: <c>aspire-engineless</c> under <c>XDG_CACHE_HOME</c> or <c>~/.cache</c>.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The folder of the machine's apt configuration.</summary>
    public string AptFolder { get; init; } = "/etc/apt";

    /// <summary>The file that names the distribution (os-release(5)).</summary>
    public string OsReleaseFile { get; init; } = "/etc/os-release";

    /// <summary>The folders that are searched for <c>apt-get</c> and <c>dpkg-deb</c>, separated by colons.</summary>
    public string SearchPath { get; init; } = Environment.GetEnvironmentVariable("PATH") ?? "";

    /// <summary>The value of <see cref="MirrorVariable"/>, if it is set.</summary>
    public string? Mirror { get; init; } = Environment.GetEnvironmentVariable(MirrorVariable) is { Length: > 0 } uri ? uri : null;

    /// <summary>Tells how many bytes are free for this user on the disk that holds a folder.</summary>
    public Func<string, long> FreeBytes { get; init; } = static folder => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Reads a kernel setting such as <c>user/max_user_namespaces</c>; null when the kernel has none of that name.</summary>
    public Func<string, string?> KernelSetting { get; init; } = static name =>
        File.Exists($"/proc/sys/{name}") ? File.ReadAllText($"/proc/sys/{name}").Trim() : null;

    /// <summary>Whether this process runs as root.</summary>
    public bool IsRoot { get; init; } = Environment.IsPrivilegedProcess;

    /// <summary>The machine as it is.</summary>
    public static Machine Current()
    {
        // A relative XDG_CACHE_HOME is to be ignored (XDG base directory specification).
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (cache is null || !Path.IsPathRooted(cache))
            cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache");
        return new() { CacheFolder = Path.Combine(cache, "aspire-engineless") };
    }

    /// <summary>Debian's name for the processor.</summary>
    /// <exception cref="ProvisioningException">Neither amd64 nor arm64, or not Linux.</exception>
    public static string Architecture => (OperatingSystem.IsLinux(), RuntimeInformation.OSArchitecture) switch
    {
        (true, System.Runtime.InteropServices.Architecture.X64) => "amd64",
        (true, System.Runtime.InteropServices.Architecture.Arm64) => "arm64",
        _ => throw new ProvisioningException(
            $"The stack runs without a container engine on Linux with an x64 or arm64 processor only, and this is {RuntimeInformation.RuntimeIdentifier}: install Docker or Podman."),
    };

    /// <summary>Finds a program.</summary>
    /// <exception cref="ProvisioningException">It is not on the search path.</exception>
    public string FindTool(string name) =>
        SearchPath.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new ProvisioningException(
            $"This machine has no container engine and no '{name}' on its PATH, so the stack's programs cannot be fetched: install Docker or Podman, or run on Debian or Ubuntu.");
}
