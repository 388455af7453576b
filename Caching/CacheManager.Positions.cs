using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Platform.Caching.Redis;

namespace Platform.Caching;

// Reads that say which commits they must not miss. What the levels hold vouches for them up to the applied position; beyond
// it only the source does.
[SuppressMessage("Design", "CA1031", Justification = "What a load throws is handed to those who wait for it.")]
public sealed partial class CacheManager
{
    // Of each key that is being read from its source for somebody who could not be answered otherwise.
    private readonly Dictionary<(string Key, Type Type), SourceLoads> _sourceLoads = [];

    /// <summary>
    /// Every answer from now on lacks no commit up to here; null while nobody said so. Whoever asks for it before a read knows
    /// that much of what the read answers.
    /// </summary>
    public AppliedPosition? Applied => _redis.Applied;

    /// <summary>As the other, for a caller who must not miss what was committed up to a position.</summary>
    /// <param name="key">Names the value.</param>
    /// <param name="state">Handed to <paramref name="load"/>.</param>
    /// <param name="load">Reads the value from its source.</param>
    /// <param name="policy">How the value is cached.</param>
    /// <param name="atLeast">
    /// A position of the source's log. Up to <see cref="Applied"/> it costs nothing; beyond it neither memory nor Redis answers but
    /// a load that begins after the call. Of a key, one runs and one waits at most, however many ask.
    /// </param>
    /// <param name="cancellationToken">Ends this caller's wait, not the load.</param>
    public ValueTask<CacheResult<T>> ReadAsync<TState, T>(
        CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CachePolicy policy, ulong atLeast, CancellationToken cancellationToken = default) =>
        atLeast == 0 || _redis.Applied?.Lsn >= atLeast
            ? ReadAsync(key, state, load, policy, cancellationToken)
            : ReadSourceAsync(key, state, load, policy, cancellationToken);

    /// <summary>Says, to all nodes, that every commit up to a position has been told of; for the one that knows (<see cref="ToldInvalidations"/>).</summary>
    /// <returns>Whether Redis has it.</returns>
    public ValueTask<bool> AnnounceAsync(AppliedPosition position) => _redis.AnnounceAsync(position);

    /// <summary>What was announced last, by whichever node; null when Redis does not know, having lost its memory.</summary>
    /// <exception cref="StackExchange.Redis.RedisException">Redis could not be asked.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    public Task<AppliedPosition?> AnnouncedAsync() => _redis.AnnouncedAsync();

    internal void Listen(Action<FenceMessage> told, Action unheard) => _redis.Listen(told, unheard);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CacheResult<T>> ReadSourceAsync<TState, T>(
        CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CachePolicy policy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(policy);
        var family = FamilyOf(policy);
        if (family is null || !IsCacheable(key))
        {
            return Uncached(await load(state, cancellationToken).ConfigureAwait(false));
        }

        cancellationToken.ThrowIfCancellationRequested();
        family.Counters.Miss();
        return (await JoinNext(key, state, load, family).Task.WaitAsync(cancellationToken).ConfigureAwait(false)).Result;
    }

    /// <summary>A load of the key that has not begun yet.</summary>
    private PendingLoad<T> JoinNext<TState, T>(CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily family)
    {
        var parent = Activity.Current?.Context ?? default;
        lock (_sourceLoads)
        {
            var isRunning = _sourceLoads.TryGetValue((key.Value, typeof(T)), out var loads);
            if (loads?.Next is { } waiting)
            {
                return (PendingLoad<T>)waiting;
            }

            var own = new PendingLoad<T>(_fence.Now);
            if (isRunning)
            {
                (loads!.Next, loads.BeginNext) = (own, Begin);
            }
            else
            {
                _sourceLoads.Add((key.Value, typeof(T)), new SourceLoads());
                Begin();
            }

            return own;

            void Begin() => ThreadPool.UnsafeQueueUserWorkItem(_ => _ = RunSourceAsync(own, key, state, load, family, parent), null);
        }
    }

    private async Task RunSourceAsync<TState, T>(
        PendingLoad<T> pending, CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily family, ActivityContext parent)
    {
        try
        {
            using var activity = StartLoad(family, parent);
            await LoadAndKeepAsync(pending, key, state, load, family, _redis.Usable, lease: "").ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // No older value instead: it is not what was asked for.
            _telemetry.Error(CacheError.LoadFailed);
            pending.Fail(error);
        }

        lock (_sourceLoads)
        {
            var loads = _sourceLoads[(key.Value, typeof(T))];
            if (loads.BeginNext is { } begin)
            {
                (loads.Next, loads.BeginNext) = (null, null);
                begin();
            }
            else
            {
                _sourceLoads.Remove((key.Value, typeof(T)));
            }
        }
    }

    private sealed class SourceLoads
    {
        /// <summary>Begins when the one that runs has ended.</summary>
        internal PendingLoad? Next { get; set; }

        internal Action? BeginNext { get; set; }
    }
}
