using Platform.Caching;

namespace Platform.LoadTests.Race;

/// <summary>
/// How a node knows that it has heard every invalidation: each node holds the key of every other in its memory, and
/// after the writers have stopped each changes its own. Messages come in order, so the ones before have been heard too.
/// </summary>
internal sealed class RaceSentinels(CacheManager cache, RaceMemory memory, RaceSource source, RaceHistory history, int node)
{
    internal async Task RememberAsync()
    {
        for (var n = 0; n < RaceKeys.Nodes; n++)
            await ReadAsync(RaceKeys.Sentinels + n);
    }

    internal async Task AnnounceAsync()
    {
        source.Commit(RaceKeys.Sentinels + node);
        await cache.InvalidateAsync([RaceKeys.Key(RaceKeys.Sentinels + node)], []);
    }

    internal async Task HearAsync(CancellationToken cancellationToken)
    {
        for (var sentinel = RaceKeys.Sentinels; sentinel < RaceKeys.Subjects; sentinel++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(RaceNode.Patience / 2);
            try
            {
                while ((await ReadAsync(sentinel)).Version != Volatile.Read(ref memory.Version(sentinel)))
                    await Task.Delay(1, patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                history.Violation(sentinel, "an invalidation was not heard within 15 s", sentinel);
            }
        }
    }

    private ValueTask<RaceValue> ReadAsync(int sentinel) =>
        cache.GetOrCreateAsync(RaceKeys.Key(sentinel), _ => source.LoadSentinelAsync(sentinel), RaceKeys.SentinelPolicy);
}
