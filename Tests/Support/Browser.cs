using System.Diagnostics;
using Aspire.Hosting.Engineless.Provisioning;

namespace Platform.Tests.Support;

/// <summary>Headless Chromium, of Debian's packages, that has one page open.</summary>
internal sealed class Browser : IDisposable
{
    private readonly Process _process;

    private Browser(Process process) => _process = process;

    /// <summary>Opens a page; the first time its packages are fetched.</summary>
    public static async Task<Browser> OpenAsync(Uri page)
    {
        var root = await PackageRoot.EnsureAsync(["chromium-headless-shell"], new Progress<ProvisioningProgress>(), TestContext.Current.CancellationToken);
        var start = Sandbox.CreateStartInfo(root, new SandboxOptions
        {
            Command = "/usr/bin/chromium-headless-shell",
            // It is in a sandbox already, and cannot make another in there.
            Arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0", "--user-data-dir=/tmp/profile", page.AbsoluteUri],
            Environment = new Dictionary<string, string> { ["HOME"] = "/tmp", ["PATH"] = "/usr/bin:/usr/sbin" },
        });
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = new Process { StartInfo = start };
        var output = TestContext.Current.TestOutputHelper;
        process.OutputDataReceived += (_, line) => output?.WriteLine($"{line.Data}");
        process.ErrorDataReceived += (_, line) => output?.WriteLine($"{line.Data}");
        await ProcessStarter.StartAsync(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Browser(process);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
