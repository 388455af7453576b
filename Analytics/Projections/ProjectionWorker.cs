using System.Diagnostics.CodeAnalysis;
using Platform.Analytics.Projections.Generations;

namespace Platform.Analytics.Projections;

/// <summary>
/// Keeps projections up to date while no other instance does, and builds a new generation when one is asked for: beside the one that
/// is read, which stays up to date, until the new one has caught up and takes its place.
/// </summary>
internal sealed class ProjectionWorker(ProjectionContainers containers, GenerationStore generations, ProjectionOptions options, ProjectionTelemetry telemetry, ILogger<ProjectionWorker> logger, TimeProvider clock) : BackgroundService
{
    // With fewer events than this in a page, it has caught up: the next one has those of its own time.
    private const int FewEvents = 1_000;
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetriesAfter = TimeSpan.FromSeconds(1);

    private readonly GenerationProjectors _projectors = new(containers, options, clock);
    private readonly ProjectorLease _lease = new(containers.State, options.TakesOverAfter, clock);
    private bool _hasFailed;

    /// <inheritdoc />
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is tried again; log and lag say so.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await containers.MakeAsync(stoppingToken).ConfigureAwait(false);
                if (await _lease.TryTakeAsync(stoppingToken).ConfigureAwait(false))
                    await FirstOfAsync(stoppingToken, KeepLeaseAsync, ProjectAsync).ConfigureAwait(false);
            }
            catch (FencedException)
            {
                telemetry.Retried();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // It is tried again and again; once is enough to say it.
                if (!_hasFailed)
                    logger.ProjectionsFailed(e.Message);
                _hasFailed = true;
                telemetry.Retried();
            }

            await Task.Delay(RetriesAfter, clock, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _lease.ReleaseAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Microsoft.Azure.Cosmos.CosmosException or HttpRequestException or OperationCanceledException)
        {
            // It ends by itself; whoever is next waits a little longer.
        }
    }

    private async Task KeepLeaseAsync(CancellationToken cancellationToken)
    {
        do
            await Task.Delay(_lease.RenewEvery, clock, cancellationToken).ConfigureAwait(false);
        while (await _lease.TryTakeAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task ProjectAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = await generations.ChangeAsync(state => state, cancellationToken).ConfigureAwait(false);
            // Those who read have been told of the new one by then, or are when they do not find this.
            if (state.Retired is { } retired)
            {
                await _projectors.RemoveAsync(retired, cancellationToken).ConfigureAwait(false);
                state = await generations.ChangeAsync(now => now with { Retired = null }, cancellationToken).ConfigureAwait(false);
            }

            await FirstOfAsync(cancellationToken,
                ended => FollowAsync(state.Generation, ended),
                ended => BuildAsync(state.Building, ended),
                ended => ChangedAsync(state, ended)).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(int generation, CancellationToken cancellationToken)
    {
        var projector = await _projectors.OpenAsync(generation, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var events = await projector.StepAsync(cancellationToken).ConfigureAwait(false);
            _hasFailed = false;
            if (events.Count == 0)
            {
                await Task.Delay(LooksEvery, clock, cancellationToken).ConfigureAwait(false);
                continue;
            }

            telemetry.Projected(events.Count, rebuilding: false);
            telemetry.Lagged(clock.GetUtcNow() - events[^1].CommittedAt);
        }
    }

    private async Task BuildAsync(int? generation, CancellationToken cancellationToken)
    {
        if (generation is not { } building)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken).ConfigureAwait(false);
            return;
        }

        var projector = await _projectors.OpenAsync(building, cancellationToken).ConfigureAwait(false);
        // Ranges take turns, and the first page may be one that was begun when there was less: after as many it has seen the end of each.
        for (var pages = 0; pages <= projector.Checkpoint.Ranges.Count; pages++)
        {
            var count = (await projector.StepAsync(cancellationToken).ConfigureAwait(false)).Count;
            telemetry.Projected(count, rebuilding: true);
            if (count >= Math.Min(FewEvents, options.PageSize))
                pages = -1;
        }

        // If it is not the one that is built any more, somebody else has done it.
        await generations.ChangeAsync(state => state.Building == building ? state.Switched() : state, cancellationToken).ConfigureAwait(false);
        logger.ProjectionsRebuilt(building, projector.Checkpoint.Events);
    }

    private async Task ChangedAsync(GenerationState known, CancellationToken cancellationToken)
    {
        do
            await Task.Delay(RetriesAfter, clock, cancellationToken).ConfigureAwait(false);
        while (await generations.FindAsync(cancellationToken).ConfigureAwait(false) == known);
    }

    /// <summary>Does things beside each other until the first of them ends; the others are ended then.</summary>
    private static async Task FirstOfAsync(CancellationToken cancellationToken, params Func<CancellationToken, Task>[] things)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = things.Select(thing => thing(ended.Token)).ToList();
        var first = await Task.WhenAny(running).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
    }
}
