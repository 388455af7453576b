using System.Diagnostics;
using Aspire.Hosting.Engineless.Provisioning;

namespace Platform.Tests.Polyfills;

/// <summary>Provisioning in a process of its own, which can be killed, run as somebody else, or be confined.</summary>
public sealed class ProvisioningProcess : IDisposable
{
    private const string CacheVariable = "PROVISIONING_TEST_CACHE";
    private const string AptVariable = "PROVISIONING_TEST_APT";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private ProvisioningProcess(Process process) => _process = process;

    /// <summary>What runs in that process; alone, it is no test.</summary>
    [Fact(Explicit = true)]
    public async Task Provision()
    {
        var cache = Environment.GetEnvironmentVariable(CacheVariable);
        Assert.SkipWhen(cache is null, $"{CacheVariable} is not set");

        try
        {
            var machine = ProvisioningFolder.Seen(cache, Environment.GetEnvironmentVariable(AptVariable)!);
            var root = await PackageRoot.EnsureAsync(ProvisioningFolder.Packages, machine, new ProvisioningReports(report => Say(report.ToString())), TestContext.Current.CancellationToken);
            Say($"root {root.Path}");
        }
        catch (ProvisioningException exception)
        {
            Say($"sentence {exception.Message}");
        }
    }

    public ProvisioningProcess() => _process = new Process(); // for the runner

    /// <summary>Starts it.</summary>
    /// <param name="machine">Its cache folder and its apt sources.</param>
    /// <param name="prefix">A program and its arguments that starts it in turn, such as <c>setpriv --reuid=1</c>.</param>
    internal static ProvisioningProcess Start(Machine machine, params string[] prefix)
    {
        string[] command =
        [
            .. prefix, "env", $"{CacheVariable}={machine.CacheFolder}", $"{AptVariable}={machine.AptFolder}",
            "dotnet", typeof(ProvisioningProcess).Assembly.Location,
            "-explicit", "only", "-method", $"{typeof(ProvisioningProcess).FullName}.{nameof(Provision)}", "-noLogo", "-noColor",
        ];
        var startInfo = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        return new(Process.Start(startInfo)!);
    }

    /// <summary>Waits until it says a line that begins so, and returns the rest of that line.</summary>
    internal async Task<string> WaitForAsync(string beginning)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var said = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            said.Add(line);
            if (line.StartsWith(Mark + beginning, StringComparison.Ordinal))
            {
                return line[(Mark.Length + beginning.Length)..].Trim();
            }
        }

        Assert.Fail($"It ended without saying '{beginning}', but: {string.Join('\n', said)}");
        return "";
    }

    /// <summary>Kills it as the kernel would.</summary>
    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _process.Dispose();
    }

    private const string Mark = "provisioning: ";

    private static void Say(string line)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(System.Text.Encoding.UTF8.GetBytes($"{Mark}{line}\n"));
    }
}
