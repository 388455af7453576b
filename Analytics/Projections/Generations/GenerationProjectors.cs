using System.Net;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Projections.Feed;

namespace Platform.Analytics.Projections.Generations;

/// <summary>Begins, goes on with and removes generations.</summary>
internal sealed class GenerationProjectors(ProjectionContainers containers, ProjectionOptions options, TimeProvider clock)
{
    private readonly CheckpointStore _checkpoints = new(containers.State);

    /// <summary>A projector that goes on where the generation is.</summary>
    /// <exception cref="FencedException">Another instance is at it.</exception>
    internal async Task<Projector> OpenAsync(int generation, CancellationToken cancellationToken)
    {
        var feed = new EventFeed(containers.Events);
        var checkpoint = await _checkpoints.FindAsync(generation, cancellationToken).ConfigureAwait(false);
        if (checkpoint is null)
        {
            await containers.MakeAsync(generation, cancellationToken).ConfigureAwait(false);
            var ranges = await feed.RangesAsync(cancellationToken).ConfigureAwait(false);
            checkpoint = await _checkpoints.SaveAsync(new Checkpoint(Checkpoint.IdOf(generation), 0, [.. ranges.Select(range => new RangeCheckpoint(range, FeedPlace.Beginning))]), cancellationToken).ConfigureAwait(false);
        }

        // By the clock of events: when the checkpoint was first stored.
        checkpoint = checkpoint with { Since = checkpoint.Since ?? checkpoint.StoredAt };
        return new Projector(checkpoint, _checkpoints, feed, containers.GatheredAggregates(generation), containers.GatheredHistories(generation), options.PageSize,
            ended => new GenerationStore(containers.State).ChangeAsync(state => state.Rebuilt(), ended), clock);
    }

    /// <summary>Removes what there is of a generation; done again, the rest of it.</summary>
    internal async Task RemoveAsync(int generation, CancellationToken cancellationToken)
    {
        await containers.RemoveAsync(generation, cancellationToken).ConfigureAwait(false);
        // Last: a checkpoint without containers cannot be gone on from.
        var id = Checkpoint.IdOf(generation);
        using var answer = await containers.State.DeleteItemStreamAsync(id, new PartitionKey(id), cancellationToken: cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.NotFound)
            answer.EnsureSuccessStatusCode();
    }
}
