#pragma warning disable CA1822 // in the making
namespace Platform.Caching;

/// <summary>A two-level cache: this process' memory over Redis. README.md states its protocol.</summary>
public sealed class CacheManager
{
    /// <summary>The value of a key: from memory, from Redis, or loaded and then kept in both.</summary>
    /// <param name="key">Names the value.</param>
    /// <param name="load">
    /// Reads the value from its source. Runs apart from the caller, under a token of its own: other callers may be waiting
    /// for the same load, and it goes on when this one leaves. It must not use anything that ends with the caller.
    /// </param>
    /// <param name="policy">How the value is cached.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the load.</param>
    public ValueTask<T> GetOrCreateAsync<T>(CacheKey key, Func<CancellationToken, ValueTask<T>> load, CachePolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(load);
        return load(cancellationToken);
    }

    /// <summary>As <see cref="GetOrCreateAsync{T}"/>, with state for a static <paramref name="load"/> and with what is known of the answer.</summary>
    public async ValueTask<CacheResult<T>> ReadAsync<TState, T>(
        CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CachePolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(load);
        return new CacheResult<T>(await load(state, cancellationToken).ConfigureAwait(false), CacheLevel.Source, TimeSpan.Zero, TimeSpan.Zero, false);
    }

    /// <summary>The values of many keys: one round trip to Redis, and one load for all that are missing.</summary>
    /// <param name="keys">Names the values; one that comes twice counts once.</param>
    /// <param name="load">Reads the missing ones. A key that its answer leaves out has no value (null).</param>
    /// <param name="policy">How the values are cached.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the load.</param>
    public ValueTask<IReadOnlyDictionary<CacheKey, T?>> GetOrCreateManyAsync<T>(
        IReadOnlyCollection<CacheKey> keys, Func<IReadOnlyList<CacheKey>, CancellationToken, ValueTask<IReadOnlyDictionary<CacheKey, T>>> load,
        CachePolicy policy, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The value of a key when this process' memory has it fresh; never waits.</summary>
    public bool TryGet<T>(CacheKey key, out CacheResult<T> result)
    {
        result = default;
        return false;
    }

    /// <summary>
    /// Makes every cached value of these keys and tags unread from now on, on this process when it returns and on the others
    /// as soon as they hear of it. Call it after the commit that changed them; repeating it is safe. It never fails: what
    /// Redis could not be told is told when it is back, and until then this process does not trust Redis.
    /// </summary>
    public ValueTask InvalidateAsync(IReadOnlyCollection<CacheKey> keys, IReadOnlyCollection<CacheTag> tags) => ValueTask.CompletedTask;

    /// <summary>Makes everything that is cached unread, on every process.</summary>
    public ValueTask InvalidateAllAsync() => ValueTask.CompletedTask;

    /// <summary>What the cache holds and has done, by family.</summary>
    public IReadOnlyList<CacheFamilyStatistics> GetStatistics() => [];
}
