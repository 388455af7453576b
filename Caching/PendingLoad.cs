namespace Platform.Caching;

/// <summary>A load that is under way.</summary>
/// <param name="began">When, on the local fence's clock.</param>
internal abstract class PendingLoad(long began)
{
    internal long Began => began;
}

/// <inheritdoc />
internal sealed class PendingLoad<T>(long began) : PendingLoad(began)
{
    private readonly TaskCompletionSource<Loaded<T>> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<Loaded<T>> Task => _outcome.Task;

    internal void Complete(Loaded<T> loaded) => _outcome.TrySetResult(loaded);

    internal void Fail(Exception error)
    {
        _outcome.TrySetException(error);
        // Perhaps nobody waits any more; that is no unobserved exception.
        _ = _outcome.Task.Exception;
    }
}

/// <summary>What a load came to.</summary>
/// <param name="Result">For its readers.</param>
/// <param name="Slots">What it depends on: of its key first, then of its tags.</param>
/// <param name="StaleFor">For how long it may still be served should its load fail, when its time is up.</param>
internal sealed record Loaded<T>(CacheResult<T> Result, int[] Slots, TimeSpan StaleFor = default);
