using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Engineless.Dashboard;

/// <summary>
/// Runs the genuine dashboard beside the resources, and starts it again when it ends. The stack never waits for it: without a
/// dashboard everything runs, and one sentence says why there is none.
/// </summary>
internal sealed class DashboardSupervisor(
    DashboardPackage package,
    DashboardSwitch wanted,
    ResourceService resourceService,
    PortAllocator ports,
    AppHostFolders folders,
    ResourceLoggerService logs,
    IConfiguration configuration,
    TimeProvider clock) : IHostedService, IAsyncDisposable
{
    /// <summary>Its output has this name in the logs, and is no resource's.</summary>
    public const string LogName = "aspire-dashboard";

    private const string OtlpEndpoint = "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL";
    private const int EndsInARow = 5;

    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<Uri> _login = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private Task? _stopped;
    private ChildProcess? _process;

    /// <summary>Told, in sentences, what a person at the terminal wants to know.</summary>
    public event Action<string>? Said;

    /// <summary>Where to log in, once it answers.</summary>
    public Task<Uri> Login => _login.Task;

    /// <summary>Its process, while it runs.</summary>
    public int? ProcessId => Volatile.Read(ref _process)?.Id;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!wanted.IsOn)
            return;
        if ((wanted.IsRefused ? $"{DashboardSwitch.OffArgument} was given" : package.Obstacle) is { } reason)
        {
            Said?.Invoke($"There is no dashboard: {reason}.");
            return;
        }
        var site = Local(ports.Take(PortOf("ASPNETCORE_URLS")));
        var otlp = Local(ports.Take(PortOf(OtlpEndpoint)));
        var resources = ports.Take(null);
        var keys = (Browser: Key("AppHost:BrowserToken"), Otlp: Key("AppHost:OtlpApiKey"), Resources: Key("AppHost:ResourceService:ApiKey"));
        await resourceService.StartAsync(resources, keys.Resources, cancellationToken).ConfigureAwait(false);
        // Where OtlpEnvironment looks when a project starts.
        configuration[OtlpEndpoint] = otlp.OriginalString;
        configuration["AppHost:OtlpApiKey"] = keys.Otlp;
        logs.AddSecret(keys.Otlp);

        var environment = new Dictionary<string, string>
        {
            ["HOME"] = Directory.CreateDirectory(Path.Combine(folders.IsVolatile ? folders.SessionFolder("dashboard") : folders.Kept, "dashboard"), AppHostFolders.OwnerOnly).FullName,
            ["PATH"] = "/usr/bin:/bin",
            ["ASPNETCORE_URLS"] = site.OriginalString,
            [OtlpEndpoint] = otlp.OriginalString,
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = $"http://127.0.0.1:{resources}",
            ["DASHBOARD__FRONTEND__AUTHMODE"] = "BrowserToken",
            ["DASHBOARD__FRONTEND__BROWSERTOKEN"] = keys.Browser,
            ["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__OTLP__PRIMARYAPIKEY"] = keys.Otlp,
            ["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = keys.Resources,
            ["ASPIRE_DASHBOARD_TELEMETRY_OPTOUT"] = "true",
        };
        _running = Task.Run(() => RunAsync(site, new Uri(site, $"login?t={keys.Browser}"), environment), CancellationToken.None);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopped ??= StopAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        await resourceService.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await KillAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    // It has nothing to put in order: what it knows is in its memory.
    private Task KillAsync() => Volatile.Read(ref _process)?.StopAsync(TimeSpan.Zero) ?? Task.CompletedTask;

    private async Task RunAsync(Uri site, Uri login, Dictionary<string, string> environment)
    {
        try
        {
            var program = await package.EnsureAsync(sentence => Said?.Invoke(sentence), _stopping.Token).ConfigureAwait(false);
            await SuperviseAsync(program, site, login, environment).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            Said?.Invoke($"There is no dashboard: {e.Message.TrimEnd('.')}.");
        }
        _login.TrySetCanceled();
    }

    private async Task SuperviseAsync(string program, Uri site, Uri login, Dictionary<string, string> environment)
    {
        var startInfo = new ProcessStartInfo(program, ["dashboard"]) { WorkingDirectory = Path.GetDirectoryName(program)! };
        startInfo.Environment.Clear();
        foreach (var (name, value) in environment)
            startInfo.Environment[name] = value;

        for (var ends = 1; ; ends++)
        {
            var began = clock.GetTimestamp();
            using var process = await ChildProcess.StartAsync(startInfo, LogName, logs).ConfigureAwait(false);
            // Stopping kills what is registered here, and what is registered later sees that stopping has begun; the exchange is
            // a fence between the two.
            Interlocked.Exchange(ref _process, process);
            if (_stopping.IsCancellationRequested)
                await KillAsync().ConfigureAwait(false);
            else if (!_login.Task.IsCompleted && await AnswersAsync(site, process.Exited).ConfigureAwait(false) && _login.TrySetResult(login))
                Said?.Invoke($"Dashboard: {login}");
            var exitCode = await process.Exited.ConfigureAwait(false);
            _stopping.Token.ThrowIfCancellationRequested();
            Volatile.Write(ref _process, null);

            if (clock.GetElapsedTime(began) >= LongEnough)
                ends = 1;
            if (ends == EndsInARow)
                throw new DistributedApplicationException($"it ended {EndsInARow} times in a row, at last with exit code {exitCode}: {string.Join(' ', logs.Tail(LogName, 3))}");
            Said?.Invoke($"The dashboard ended (exit code {exitCode}) and is started again.");
            await Task.Delay(TimeSpan.FromSeconds(ends), clock, _stopping.Token).ConfigureAwait(false);
        }
    }

    // Until it does, the link would lead nowhere.
    private async Task<bool> AnswersAsync(Uri site, Task ended)
    {
        using var client = new HttpClient { BaseAddress = site, Timeout = TimeSpan.FromSeconds(5) };
        while (!ended.IsCompleted)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri("health", UriKind.Relative), _stopping.Token).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode)
                    return true;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !_stopping.IsCancellationRequested)
            {
                // Not yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200), clock, _stopping.Token).ConfigureAwait(false);
        }
        return false;
    }

    private string Key(string setting) => configuration[setting] is { Length: > 0 } chosen ? chosen : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private int? PortOf(string setting) =>
        Uri.TryCreate(configuration[setting]?.Split(';')[0], UriKind.Absolute, out var address) ? address.Port : null;

    private static Uri Local(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"));
}

/// <summary>Whether there is to be a dashboard.</summary>
/// <param name="IsOn">Whether the AppHost has one at all; tests have none unless they ask for it.</param>
/// <param name="IsRefused">Whether the command line says no.</param>
internal sealed record DashboardSwitch(bool IsOn, bool IsRefused)
{
    /// <summary>Runs the stack without it.</summary>
    public const string OffArgument = "--no-dashboard";
}
