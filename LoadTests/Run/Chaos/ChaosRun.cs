using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Platform.LoadTests.Run.Chaos;

/// <summary>Something that was done to the stack.</summary>
/// <param name="Name">What.</param>
/// <param name="Began">When it began, since the run did.</param>
/// <param name="Ended">When it was over: what was killed had been started again.</param>
internal sealed record ChaosDone(string Name, TimeSpan Began, TimeSpan Ended);

/// <summary>Breaks a stack while it is loaded, and mends it again.</summary>
internal sealed class ChaosRun(DistributedApplication application, RunClock clock)
{
    private static readonly TimeSpan Down = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SlowFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Does each at its time, whether the one before is mended or not.</summary>
    internal Task<ChaosDone[]> RunAsync(IReadOnlyList<ChaosStep> steps, Task<TimeSpan> opened, CancellationToken cancellationToken) => Task.WhenAll(steps.Select(async step =>
    {
        if (await opened.WaitAsync(cancellationToken) + step.At - clock.Now is var pause && pause > TimeSpan.Zero)
            await Task.Delay(pause, cancellationToken);
        var began = clock.Now;
        await StrikeAsync(step.Name, cancellationToken);
        return new ChaosDone(step.Name, began, clock.Now);
    }));

    private async Task StrikeAsync(string name, CancellationToken cancellationToken)
    {
        if (name == "slow-redis")
        {
            await SlowRedisAsync(cancellationToken);
            return;
        }

        var (resource, isKill) = (name[..name.LastIndexOf('-')], name.EndsWith("kill", StringComparison.Ordinal));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        if (isKill)
        {
            Kill(resource);
            await application.ResourceNotifications.WaitForResourceAsync(resource, KnownResourceStates.TerminalStates, patience.Token);
            await Task.Delay(Down, patience.Token);
        }

        var result = await application.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(resource, isKill ? KnownResourceCommands.StartCommand : KnownResourceCommands.RestartCommand, patience.Token);
        if (!result.Success)
            throw new InvalidOperationException($"{resource} could not be started again: {result.Message}");
        await application.ResourceNotifications.WaitForResourceHealthyAsync(resource, patience.Token);
    }

    private void Kill(string resource)
    {
        if (!application.ResourceNotifications.TryGetCurrentState(resource, out var state))
            throw new InvalidOperationException($"{resource} does not run.");
        using var process = Process.GetProcessById((int)state.Snapshot.Properties.Last(property => property.Name == "executable.pid").Value!);
        process.Kill(entireProcessTree: true);
    }

    // Answers wait for up to a fifth of a second, most of the time.
    private async Task SlowRedisAsync(CancellationToken cancellationToken)
    {
        var configuration = ConfigurationOptions.Parse((await application.GetConnectionStringAsync("redis", cancellationToken))!);
        configuration.AllowAdmin = true;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(configuration);
        for (var began = clock.Now; clock.Now - began < SlowFor;)
        {
            await redis.GetServers()[0].ExecuteAsync("CLIENT", "PAUSE", "200", "ALL");
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
        }
    }
}
