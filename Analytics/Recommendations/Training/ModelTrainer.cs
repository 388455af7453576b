using System.Globalization;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Projections;
using Platform.Analytics.Recommendations.Versions;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>
/// Trains a version and, when it is no worse than the one that is used, puts it to use. It is tried before: one of the same kind
/// learns without a part of what each reader has read, and has to find that.
/// </summary>
internal sealed class ModelTrainer(ModelStore store, OldVersions old, Parameters parameters, TrainingOptions options, TrainingTelemetry telemetry, ILogger<ModelTrainer> logger, TimeProvider clock)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Trains a version.</summary>
    /// <param name="histories">What readers have done.</param>
    /// <param name="events">The container of events.</param>
    /// <param name="cancellationToken">Breaks it off; what is used stays.</param>
    internal async Task<TrainingResult> TrainAsync(IAsyncEnumerable<ReaderHistory> histories, Container events, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var used = await store.CurrentAsync(cancellationToken).ConfigureAwait(false);
        var set = await new TrainingReader(parameters).ReadAsync(histories, events, cancellationToken).ConfigureAwait(false);
        var result = set.Readers.Count(reader => reader.Length >= 2) < parameters.LeastReaders
            ? TrainingResult.TooLittle : await TrainAsync(set, used, cancellationToken).ConfigureAwait(false);
        telemetry.Trained(result, clock.GetElapsedTime(started));
        await old.RemoveAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    private async Task<TrainingResult> TrainAsync(TrainingSet set, ModelStore.Pointer? used, CancellationToken cancellationToken)
    {
        var work = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken };
        var version = await ComputeAsync(() => Try(set, work), cancellationToken).ConfigureAwait(false);
        var before = used is null ? null : await store.FindAsync(used.Version, cancellationToken).ConfigureAwait(false);
        if (version.Evaluation.Ndcg <= version.Popular.Ndcg || version.Evaluation.Ndcg < parameters.LeastOfCurrent * before?.Evaluation.Ndcg)
        {
            logger.ModelRefused(version.Id, version.Evaluation.Ndcg, version.Popular.Ndcg, before?.Evaluation.Ndcg);
            await store.RefuseAsync(version, cancellationToken).ConfigureAwait(false);
            return TrainingResult.Refused;
        }

        var model = await ComputeAsync(() => Learn(version.Description, set, work), cancellationToken).ConfigureAwait(false);
        if (!await PublishAsync(version, model, used, cancellationToken).ConfigureAwait(false))
            return TrainingResult.Overtaken;
        logger.ModelPublished(version.Id, version.Books, version.Readers, version.Evaluation.Recall, version.Evaluation.Ndcg, version.Evaluation.Coverage);
        return TrainingResult.Published;
    }

    private ModelVersion Try(TrainingSet set, ParallelOptions work)
    {
        var now = clock.GetUtcNow();
        var name = string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMdd'T'HHmmssfff}-{Guid.CreateVersion7(now).ToString("N")[^6..]}");
        var (kept, setAside) = set.Split(parameters.SetAside);
        var trial = Learn(new ModelDescription(name, now, set.AsOf, parameters.Dimensions), kept, work);
        return new ModelVersion(
            name, ModelState.Publishing, now, set.AsOf, parameters.Dimensions, set.Books.Length, set.Readers.Count,
            Trial.Of(trial, kept, setAside, parameters, work), Trial.OfPopular(kept, setAside, work), parameters);
    }

    private RecommendationModel Learn(ModelDescription description, TrainingSet set, ParallelOptions work) =>
        Factors.Of(description, set, Autoencoder.Learn(set, parameters, work), parameters, work);

    // On a thread of its own: those of the pool are for whoever waits for an answer.
    private static Task<T> ComputeAsync<T>(Func<T> compute, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(compute, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // Minutes of work are not thrown away because Cosmos DB is away for one.
    private async Task<bool> PublishAsync(ModelVersion version, RecommendationModel model, ModelStore.Pointer? used, CancellationToken cancellationToken)
    {
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await store.PublishAsync(version, model, used, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is CosmosException or HttpRequestException && !cancellationToken.IsCancellationRequested)
            {
                logger.ModelNotStored(version.Id, e.Message);
                await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
