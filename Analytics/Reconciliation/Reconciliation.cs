using System.Diagnostics.CodeAnalysis;
using Platform.ChangeStream;

namespace Platform.Analytics.Reconciliation;

/// <summary>
/// Compares everything with the database, a range after the other, again and again; beside the ingest, in the instance that
/// has the slot.
/// </summary>
internal sealed class Reconciliation(Reconciler reconciler, ChangeStreamReader stream, ReconciliationOptions options, ReconciliationTelemetry telemetry, ILogger<Reconciliation> logger, TimeProvider clock) : BackgroundService
{
    // Between two ranges: it is not what the servers are there for.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetriesAfter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _wanted = new(0, 1);
    private volatile ReconciliationReport? _last;
    private string? _saidCause;

    /// <summary>What the last pass found; null before the first has ended.</summary>
    internal ReconciliationReport? Last => _last;

    /// <summary>Whether this instance is the one that compares.</summary>
    internal bool IsHere => stream.Status.IsActive;

    /// <summary>Has a pass begin as soon as the one that runs has ended.</summary>
    internal void Request()
    {
        try
        {
            _wanted.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is wanted already.
        }
    }

    /// <inheritdoc />
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is tried again; the log says so.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = options.Every;
        while (true)
        {
            await _wanted.WaitAsync(pause, stoppingToken).ConfigureAwait(false);
            pause = options.Every;
            if (!IsHere)
                continue;
            try
            {
                await PassAsync(stoppingToken).ConfigureAwait(false);
                _saidCause = null;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // It is tried many times; once is enough to say it.
                if (_saidCause != e.Message)
                    logger.ReconciliationFailed(_saidCause = e.Message);
                pause = RetriesAfter < pause ? RetriesAfter : pause;
            }
        }
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetUtcNow();
        Dictionary<string, ReconciledTable> found = new(StringComparer.Ordinal);
        foreach (var tables in await reconciler.OpenAsync(cancellationToken).ConfigureAwait(false))
        {
            for (Guid? after = Guid.Empty; after is { } from;)
            {
                var range = await reconciler.RangeAsync(tables, from, cancellationToken).ConfigureAwait(false);
                foreach (var table in await reconciler.CompareAsync([.. tables], range, cancellationToken).ConfigureAwait(false))
                {
                    var before = found.GetValueOrDefault(table.Table, new ReconciledTable(table.Table, 0, 0, 0));
                    found[table.Table] = new ReconciledTable(table.Table, before.Rows + table.Rows, before.Drift + table.Drift, before.Repaired + table.Repaired);
                    telemetry.Compared(table);
                    if (table.Drift > 0)
                        logger.DriftFound(table.Table, table.Drift, table.Repaired, range.AfterStream, range.LastStream);
                }

                after = range.Last;
                await Task.Delay(Breath, clock, cancellationToken).ConfigureAwait(false);
            }
        }

        telemetry.Ended(found.Values);
        _last = new ReconciliationReport(began, clock.GetUtcNow(), [.. found.Values.OrderBy(table => table.Table, StringComparer.Ordinal)]);
    }
}
