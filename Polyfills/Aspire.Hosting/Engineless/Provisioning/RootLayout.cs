namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>Does for an unpacked root what Debian's base system and the packages' install scripts would have done.</summary>
internal static class RootLayout
{
    /// <summary>The user and group that programs run as, as far as they can see.</summary>
    public const int UserId = 70;

    private static readonly Dictionary<string, string> Links = new()
    {
        ["bin"] = "usr/bin",
        ["sbin"] = "usr/sbin",
        ["lib"] = "usr/lib",
        ["lib64"] = "usr/lib64",
        ["usr/bin/sh"] = "dash",
        ["var/run"] = "/run",
        ["var/tmp"] = "/tmp",
    };

    private static readonly Dictionary<string, string> Files = new()
    {
        ["etc/passwd"] = $"root:x:0:0:root:/tmp:/bin/sh\npostgres:x:{UserId}:{UserId}:postgres:/data:/bin/sh\n",
        ["etc/group"] = $"root:x:0:\npostgres:x:{UserId}:\n",
        ["etc/nsswitch.conf"] = "passwd: files\ngroup: files\nhosts: files dns\n",
        ["etc/hosts"] = "127.0.0.1 localhost\n::1 localhost\n",
        ["etc/resolv.conf"] = "", // the machine's own is mounted over it
    };

    /// <summary>Completes a root into which all packages have been unpacked.</summary>
    public static void Complete(string root)
    {
        foreach (var (link, to) in Links)
        {
            var path = Path.Combine(root, link);
            if (!Path.Exists(path))
                File.CreateSymbolicLink(path, to);
        }
        foreach (var (file, text) in Files)
            File.WriteAllText(Path.Combine(root, file), text);
    }
}
