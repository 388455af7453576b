using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>
/// Runs programs of a <see cref="PackageRoot"/> with no rights and no view beyond what they are given: the root
/// read-only, private <c>/tmp</c>, <c>/run</c> and <c>/dev</c>, own process and IPC namespaces, no capabilities, user
/// 70 (which on the machine is the calling user, whose files the mounts are). The network is the machine's.
/// </summary>
internal static class Sandbox
{
    /// <summary>Describes how to start a program. Start it with <see cref="ProcessStarter.StartAsync"/>, nothing else.</summary>
    /// <exception cref="FileNotFoundException">A mount's <see cref="SandboxMount.HostPath"/> does not exist.</exception>
    public static ProcessStartInfo CreateStartInfo(PackageRoot root, SandboxOptions options)
    {
        // setsid: Ctrl+C at the terminal goes to the whole foreground group. It must reach the host alone, which then
        // stops the programs one by one; a bwrap that dies of it would take its program down by SIGKILL.
        var startInfo = new ProcessStartInfo(root.Loader,
        [
            "--library-path", root.LibraryFolder, InRoot("usr/bin/setsid"),
            root.Loader, "--library-path", root.LibraryFolder, InRoot("usr/bin/bwrap"),
            "--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL",
            "--uid", UserId, "--gid", UserId,
            .. SandboxView.Arguments(root, options.Mounts),
            "--chdir", options.WorkingDirectory,
            "--", options.Command, .. options.Arguments,
        ]);
        // By inheritance, not by bwrap's --setenv: arguments are for everyone to read, an environment is not.
        startInfo.Environment.Clear();
        startInfo.Environment["PATH"] = "/usr/bin:/usr/sbin";
        foreach (var (name, value) in options.Environment)
            startInfo.Environment[name] = value;
        return startInfo;

        string InRoot(string path) => Path.Combine(root.Path, path);
    }

    /// <summary>
    /// Sends a signal to the sandboxed program itself. <see cref="Process.Kill()"/> on the process that was started
    /// ends the whole sandbox by SIGKILL instead.
    /// </summary>
    /// <param name="process">The process started from <see cref="CreateStartInfo"/>.</param>
    /// <param name="signal">SIGHUP, SIGINT, SIGQUIT or SIGTERM.</param>
    /// <returns>False when the program has ended, or has not begun yet: then there is nothing to ask, only to kill.</returns>
    public static bool Signal(Process process, PosixSignal signal)
    {
        var number = signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGQUIT => 3,
            PosixSignal.SIGTERM => 15,
            _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "Only SIGHUP, SIGINT, SIGQUIT and SIGTERM ask a program to do something."),
        };
        return !process.HasExited
            && ChildOf(process.Id) is { } processOne // bwrap again, as the first process of the namespace
            && ChildOf(processOne) is { } program
            && NativeMethods.SendSignal(program, number);
    }

    private static string UserId => RootLayout.UserId.ToString(CultureInfo.InvariantCulture);

    // The eldest child: those that the program leaves behind are given to process one, but come later.
    private static int? ChildOf(int parentId) =>
        Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && ParentAndStart(id) is { } stat && stat.Parent == parentId)
            .OrderBy(id => ParentAndStart(id)?.Start).Cast<int?>().FirstOrDefault();

    // 4711 (name of the program) S parent ... start time is the 22nd field
    private static (int Parent, ulong Start)? ParentAndStart(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), ulong.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null; // it ended while we looked
        }
    }
}
