using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos;

/// <summary>Removes what has expired, and keeps the files from growing without end.</summary>
internal sealed class Upkeep(Account account, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await account.UpkeepAsync();
    }
}
