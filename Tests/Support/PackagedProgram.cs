using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Platform.Tests.Support;

/// <summary>A program that came with the stack's servers, or that the machine has itself.</summary>
internal static class PackagedProgram
{
    /// <summary>Runs it to its end, and tells its exit code and all that it said; skips the calling test where there is none.</summary>
    /// <remarks>Where there is no container engine it is there as soon as the stack has been started.</remarks>
    public static async Task<(int ExitCode, string Output)> RunAsync(string name, string[] arguments, string input = "")
    {
        var start = Find(name);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    private static ProcessStartInfo Find(string name)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        var start = path is not null ? new ProcessStartInfo(path) : FindUnpacked(name);
        Assert.SkipWhen(start is null, $"needs {name}: neither on the PATH nor among the programs unpacked for the stack");
        return start;
    }

    private static ProcessStartInfo? FindUnpacked(string name)
    {
        var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var roots = new DirectoryInfo(Path.Combine(caches, "aspire-engineless"));
        var root = roots.Exists ? roots.EnumerateDirectories().FirstOrDefault(folder => File.Exists(Path.Combine(folder.FullName, "usr/bin", name)))?.FullName : null;
        if (root is null)
            return null;
        // Its C library is in the same folder, and may be newer than the machine's.
        var (loader, libraries) = RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64
            ? ("usr/lib/ld-linux-aarch64.so.1", "usr/lib/aarch64-linux-gnu")
            : ("usr/lib64/ld-linux-x86-64.so.2", "usr/lib/x86_64-linux-gnu");
        return new ProcessStartInfo(Path.Combine(root, loader), ["--library-path", Path.Combine(root, libraries), Path.Combine(root, "usr/bin", name)]);
    }
}
