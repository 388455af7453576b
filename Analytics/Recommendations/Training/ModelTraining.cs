using System.Diagnostics.CodeAnalysis;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Recommendations.Versions;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>
/// Trains a model when there is none, when the last one is old, and when there are twice the readers that it was learned from:
/// what is known at the first start is only the beginning.
/// </summary>
/// <remarks>Instances may train beside each other, which costs no more than the work: of two that have begun with the same version one is used.</remarks>
internal sealed class ModelTraining(
    ModelTrainer trainer, ModelStore store, ProjectionReader projections, EventContainers events, Parameters parameters, TrainingOptions options, ILogger<ModelTraining> logger, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is tried again; the log says so, and what is used goes on.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                if (await IsDueAsync(stoppingToken).ConfigureAwait(false))
                    await trainer.TrainAsync(projections.HistoriesAsync(stoppingToken), events.Events, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.TrainingFailed(e.Message);
            }

            await Task.Delay(LooksEvery, clock, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether it is time for another version.</summary>
    internal async Task<bool> IsDueAsync(CancellationToken cancellationToken)
    {
        var readers = await projections.CountReadersAsync(cancellationToken).ConfigureAwait(false);
        if (readers < parameters.LeastReaders)
            return false;
        return await store.LastAsync(cancellationToken).ConfigureAwait(false) is not { } last || clock.GetUtcNow() - last.TrainedAt >= options.TrainEvery || readers >= 2 * last.Readers;
    }
}
