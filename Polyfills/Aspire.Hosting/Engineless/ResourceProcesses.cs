using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless.Provisioning;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Engineless;

/// <summary>The processes of the resources: each starts with the application, and can be stopped and started again while it runs.</summary>
internal sealed class ResourceProcesses(
    DistributedApplicationModel model,
    ProcessLauncher launcher,
    HealthMonitor health,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    IDistributedApplicationEventing eventing,
    TimeProvider clock,
    IServiceProvider services)
{
    private const string ProcessIdProperty = "executable.pid";

    // As long as container engines wait before they kill.
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<IResource, ProcessRun> _runs = [];
    private PackageRoot? _root;
    private CancellationToken _stopping;

    /// <summary>Where the programs of containers are, and what ends every run; before the first start.</summary>
    public void Prepare(PackageRoot? root, CancellationToken stopping) => (_root, _stopping) = (root, stopping);

    /// <summary>Runs the resource with the application, once what it waits for is there.</summary>
    /// <returns>A task that completes when this run, and not a later one, is over.</returns>
    public Task RunAsync(IResource resource) => TryBegin(resource, out var run) ? run.Over : Task.CompletedTask;

    /// <summary>Starts a resource that does not run; one that waits for others waits no longer.</summary>
    /// <returns>A task that completes when the process runs.</returns>
    /// <exception cref="DistributedApplicationException">It does not start; the message says why.</exception>
    public async Task StartAsync(IResource resource, CancellationToken cancellationToken)
    {
        if (!TryBegin(resource, out var run))
            run.WaitNoLonger.TrySetResult();
        await run.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops a resource, and waits until its process has ended; when it does not run nothing happens.</summary>
    public async Task StopAsync(IResource resource, CancellationToken cancellationToken) =>
        await StopAsync(resource, TimeToStop).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Stops a resource if it runs, and starts it again.</summary>
    public async Task RestartAsync(IResource resource, CancellationToken cancellationToken)
    {
        await StopAsync(resource, cancellationToken).ConfigureAwait(false);
        await StartAsync(resource, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops a resource, and kills its process when it has not ended by the time.</summary>
    public async Task StopAsync(IResource resource, TimeSpan timeout)
    {
        ProcessRun? run;
        lock (_gate)
            _runs.TryGetValue(resource, out run);
        if (run is null || run.Over.IsCompleted)
            return;
        run.TimeToStop = timeout;
        await run.Ended.CancelAsync().ConfigureAwait(false);
        // The process is registered by the run itself, which looks at its token afterwards: one of the two stops it.
        if (run.Process is { } process)
            await StopAsync(resource, process, timeout).ConfigureAwait(false);
        await run.Over.ConfigureAwait(false);
    }

    // Two commands at once must not start two processes: whoever finds no run that goes on makes one, under the lock.
    private bool TryBegin(IResource resource, out ProcessRun run)
    {
        lock (_gate)
        {
            // Whoever stops everything looks for runs after this is set, and under this lock: none begins behind its back.
            _stopping.ThrowIfCancellationRequested();
            if (_runs.TryGetValue(resource, out var known) && !known.Over.IsCompleted)
            {
                run = known;
                return false;
            }
            run = _runs[resource] = new ProcessRun(_stopping);
            // Told before the command returns, of its databases too: those who wait from now on must not take the run before
            // for this one, neither its health nor its end.
            if (known is not null)
            {
                foreach (var begins in model.Resources.Where(other => IsOrLivesIn(other, resource)))
                    notifications.PublishUpdateAsync(begins, s => s with { State = KnownResourceStates.Starting, ExitCode = null, StartTimeStamp = null, StopTimeStamp = null, HealthReports = [], ResourceReadyEvent = null });
            }
            var begun = run;
            run.Over = Task.Run(() => RunAsync(resource, begun), CancellationToken.None);
            return true;
        }
    }

    private async Task RunAsync(IResource resource, ProcessRun run)
    {
        try
        {
            await RunToEndAsync(resource, run).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (run.Ended.IsCancellationRequested)
        {
            run.Fail(new DistributedApplicationException($"Resource '{resource.Name}' was stopped before it had started."));
            if (!_stopping.IsCancellationRequested)
                await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.NotStarted }).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            run.Fail(new DistributedApplicationException($"Resource '{resource.Name}' does not start: {e.Message}", e));
            await FailedAsync(resource, e).ConfigureAwait(false);
        }
    }

    /// <summary>Says why a resource did not start.</summary>
    public Task FailedAsync(IResource resource, Exception why)
    {
        logs.Write(resource.Name, why.Message, isError: true);
        return notifications.PublishUpdateAsync(resource, s => s with { State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error) });
    }

    private async Task RunToEndAsync(IResource resource, ProcessRun run)
    {
        using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(run.Ended.Token))
        {
            await (await Task.WhenAny(notifications.WaitForDependenciesAsync(resource, waiting.Token), run.WaitNoLonger.Task).ConfigureAwait(false)).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
        }
        await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), run.Ended.Token).ConfigureAwait(false);
        await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Starting }).ConfigureAwait(false);
        using var process = await launcher.StartAsync(resource, _root, run.Ended.Token).ConfigureAwait(false);
        // Stopping takes what is registered here, and what is registered later sees that stopping has begun.
        run.Process = process;
        if (run.Ended.IsCancellationRequested)
            await StopAsync(resource, process, run.TimeToStop).ConfigureAwait(false);

        await notifications.PublishUpdateAsync(resource, s => s with
        {
            State = s.State?.Text == KnownResourceStates.Stopping ? s.State : new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
            StartTimeStamp = clock.GetUtcNow().UtcDateTime,
            HealthReports = HealthMonitor.NotYetChecked(resource),
            Properties = [.. s.Properties.Where(property => property.Name != ProcessIdProperty), new ResourcePropertySnapshot(ProcessIdProperty, process.Id)],
        }).ConfigureAwait(false);
        run.Succeed();

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(run.Ended.Token);
        var watch = health.WatchToEndAsync(resource, ended.Token);
        var exitCode = await process.Exited.ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await watch.ConfigureAwait(false);
        await notifications.PublishUpdateAsync(resource, s => s with
        {
            State = new ResourceStateSnapshot(
                ContainerImages.IsContainer(resource) ? KnownResourceStates.Exited : KnownResourceStates.Finished,
                IsFailure(resource, exitCode, s) ? KnownResourceStateStyles.Error : KnownResourceStateStyles.Success),
            ExitCode = exitCode,
            StopTimeStamp = clock.GetUtcNow().UtcDateTime,
        }).ConfigureAwait(false);
    }

    private async Task StopAsync(IResource resource, ChildProcess process, TimeSpan timeout)
    {
        await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Stopping }).ConfigureAwait(false);
        if (!await process.StopAsync(timeout).ConfigureAwait(false))
            logs.GetLogger(resource).LogWarning("Did not end when asked to and was killed.");
    }

    private static bool IsOrLivesIn(IResource resource, IResource other) =>
        resource == other || (resource is IResourceWithParent { Parent: var parent } && IsOrLivesIn(parent, other));

    // A server is not expected to end at all.
    private static bool IsFailure(IResource resource, int exitCode, CustomResourceSnapshot before) =>
        before.State?.Text != KnownResourceStates.Stopping && (exitCode != 0 || ContainerImages.IsContainer(resource));
}
