namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>Composes the file system a sandboxed program sees, as arguments of bwrap.</summary>
internal static class SandboxView
{
    private static readonly string[] MountedAlways = ["/dev", "/proc", "/tmp", "/run"];

    /// <summary>The arguments, in the order they must be given.</summary>
    /// <exception cref="FileNotFoundException">A mount's <see cref="SandboxMount.HostPath"/> does not exist.</exception>
    public static List<string> Arguments(PackageRoot root, IReadOnlyList<SandboxMount> mounts)
    {
        var arguments = new List<string>();
        var opened = new List<string>();
        // Outer ones first, so that an inner one is not hidden.
        var ordered = mounts.OrderBy(mount => mount.SandboxPath.TrimEnd('/').Count(c => c == '/')).ToList();
        Open("/");
        foreach (var mount in ordered)
            OpenFor(mount.SandboxPath);
        arguments.AddRange(["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/run", "--dir", "/run/postgresql"]);
        arguments.AddRange(["--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"]);
        foreach (var mount in ordered)
        {
            if (!Path.Exists(mount.HostPath))
                throw new FileNotFoundException($"{mount.HostPath}, to be mounted at {mount.SandboxPath}, does not exist.", mount.HostPath);
            arguments.AddRange([mount.ReadOnly ? "--ro-bind" : "--bind", mount.HostPath, mount.SandboxPath]);
        }
        foreach (var folder in opened)
            arguments.AddRange(["--remount-ro", folder]);
        return arguments;

        // A mount needs a place to mount on, and the root is not to be changed for it. Where it lacks one, the nearest
        // folder that exists is replaced by an empty one of the same content, in which bwrap can make the place.
        void OpenFor(string sandboxPath)
        {
            if (IsBelowMount(sandboxPath) || Path.Exists(InRoot(sandboxPath)))
                return;
            var parent = Path.GetDirectoryName(sandboxPath) ?? "/";
            while (!Directory.Exists(InRoot(parent)))
                parent = Path.GetDirectoryName(parent) ?? "/";
            if (!opened.Contains(parent))
                Open(parent);
        }

        void Open(string folder)
        {
            opened.Add(folder);
            arguments.AddRange(["--tmpfs", folder]);
            foreach (var entry in new DirectoryInfo(InRoot(folder)).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                var path = Path.Combine(folder, entry.Name);
                arguments.AddRange(entry.LinkTarget is { } to ? ["--symlink", to, path] : ["--ro-bind", entry.FullName, path]);
            }
        }

        bool IsBelowMount(string path) =>
            MountedAlways.Concat(mounts.Where(mount => mount.SandboxPath != path).Select(mount => mount.SandboxPath.TrimEnd('/')))
                .Any(folder => path.StartsWith(folder + "/", StringComparison.Ordinal));

        string InRoot(string path) => Path.Combine(root.Path, path.TrimStart('/'));
    }
}
