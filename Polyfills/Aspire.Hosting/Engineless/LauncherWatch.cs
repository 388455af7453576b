using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Engineless;

/// <summary>
/// Stops the application when the <c>dotnet run</c> that launched it is gone: killed by SIGKILL, that cannot pass
/// anything on, and the stack would run on unseen.
/// </summary>
internal sealed class LauncherWatch(IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<LauncherWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var launcher = ParentId();
        // Any other parent, such as a shell, may end without meaning that this should.
        if (NameOf(launcher) != "dotnet")
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        // Ended by disposal, not by an exception: after a start that failed the host would report that one as a fault of its
        // own, and bury the sentence that says why.
        using var ended = stoppingToken.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (ParentId() == launcher)
                continue;
            logger.LogWarning("The dotnet run that launched the AppHost is gone; stopping.");
            lifetime.StopApplication();
            return;
        }
    }

    // The fourth field; the second, the program's name in parentheses, may hold anything.
    private static int ParentId()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static string? NameOf(int id)
    {
        var path = $"/proc/{id}/comm";
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }
}
