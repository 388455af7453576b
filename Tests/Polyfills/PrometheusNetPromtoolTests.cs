using System.Diagnostics;
using Platform.Tests.ServiceDefaults;
using Platform.Tests.Support;

namespace Platform.Tests.Polyfills;

/// <summary>The export as Prometheus' own checker reads it.</summary>
public sealed class PrometheusNetPromtoolTests(Stack stack)
{
    // What promtool answers when it read everything but finds a name unusual, which is the instruments' owners' affair.
    private const int OnlyNamesToComplainOf = 3;

    [Fact]
    public async Task Everything_a_service_exports_is_valid_to_promtool()
    {
        // It comes with the stack's Prometheus.
        await stack.AppAsync();
        var promtool = FindPromtool();
        Assert.SkipWhen(promtool is null, "needs promtool: neither on the PATH nor among the programs unpacked for the stack");
        await using var service = await TestService.StartAsync();
        await service.Client.GetAsync(new Uri("/nowhere", UriKind.Relative), TestContext.Current.CancellationToken);
        var metrics = await service.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        var (exitCode, complaints) = await CheckAsync(promtool, metrics);
        var (brokenCode, _) = await CheckAsync(promtool, metrics + "broken{ 1\n");

        Assert.True(exitCode is 0 or OnlyNamesToComplainOf, complaints);
        Assert.Equal(1, brokenCode);
    }

    private static async Task<(int ExitCode, string Complaints)> CheckAsync(ProcessStartInfo promtool, string metrics)
    {
        using var process = Process.Start(promtool)!;
        var complaints = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(metrics);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await complaints);
    }

    private static ProcessStartInfo? FindPromtool()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);
        if (path is not null)
            return Start(path);
        var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var roots = new DirectoryInfo(Path.Combine(caches, "aspire-engineless"));
        var root = roots.Exists ? roots.EnumerateDirectories().FirstOrDefault(folder => File.Exists(Path.Combine(folder.FullName, "usr/bin/promtool"))) : null;
        // Its C library is in the same folder, and may be newer than the machine's.
        return root is null ? null : Start(
            Path.Combine(root.FullName, "usr/lib64/ld-linux-x86-64.so.2"), "--library-path",
            Path.Combine(root.FullName, "usr/lib/x86_64-linux-gnu"), Path.Combine(root.FullName, "usr/bin/promtool"));

        static ProcessStartInfo Start(string program, params string[] arguments) =>
            new(program, [.. arguments, "check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
    }
}
