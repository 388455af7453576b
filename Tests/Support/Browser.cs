using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aspire.Hosting.Engineless.Provisioning;

namespace Platform.Tests.Support;

/// <summary>Headless Chromium, of Debian's packages, that has one page open.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITestOutputHelper? _output = TestContext.Current.TestOutputHelper;

    private Browser(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
    }

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
        var browser = new Browser(new Process { StartInfo = start });
        await ProcessStarter.StartAsync(browser._process);
        browser._process.BeginOutputReadLine();
        browser._process.BeginErrorReadLine();
        return browser;
    }

    /// <summary>The page that is open, to be looked into and moved on.</summary>
    public async Task<BrowserPage> PageAsync()
    {
        var address = await _address.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = address };
        var pages = await http.GetFromJsonAsync<JsonElement>("/json/list", TestContext.Current.CancellationToken);
        var page = pages.EnumerateArray().First(one => one.GetProperty("type").GetString() == "page");
        return await BrowserPage.ConnectAsync(new Uri(page.GetProperty("webSocketDebuggerUrl").GetString()!));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        if (Listening().Match(line) is { Success: true } match)
            _address.TrySetResult(new Uri($"http://{match.Groups[1].Value}"));
        try
        {
            _output?.WriteLine(line);
        }
        catch (InvalidOperationException)
        {
            // The test is over, and the browser is being ended.
        }
    }

    [GeneratedRegex(@"^DevTools listening on ws://([\d.:]+)/")]
    private static partial Regex Listening();
}
