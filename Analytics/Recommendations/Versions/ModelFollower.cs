using Microsoft.Azure.Cosmos;
using Platform.Analytics.Recommendations.Serving;

namespace Platform.Analytics.Recommendations.Versions;

/// <summary>Has recommendations made with the version that is used, soon after it is.</summary>
internal sealed class ModelFollower(ModelStore store, CurrentModel current, ILogger<ModelFollower> logger, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(5);

    private string? _failed;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await FollowAsync(stoppingToken).ConfigureAwait(false);
            await Task.Delay(LooksEvery, clock, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the version that is used, if it is another one.</summary>
    internal async Task FollowAsync(CancellationToken cancellationToken)
    {
        var version = "of now";
        try
        {
            if (await store.CurrentAsync(cancellationToken).ConfigureAwait(false) is not { } pointer || pointer.Version == current.Model?.Version)
                return;
            version = pointer.Version;
            if (await store.LoadAsync(version, cancellationToken).ConfigureAwait(false) is { } model)
                (current.Model, current.Quality, _failed) = (model, (await store.FindAsync(version, cancellationToken).ConfigureAwait(false))?.Evaluation, null);
            else
                NotLoaded(version, "it is not whole.");
        }
        catch (Exception e) when (e is CosmosException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            NotLoaded(version, e.Message);
        }
    }

    // It is tried every few seconds; once is enough to say it.
    private void NotLoaded(string version, string cause)
    {
        if (_failed != version)
            logger.ModelNotLoaded(version, cause);
        _failed = version;
    }
}
