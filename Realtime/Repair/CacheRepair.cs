using Platform.ChangeStream;

namespace Platform.Realtime.Repair;

/// <summary>Sees that caches hear of each change, whoever made it: what nobody told them of a moment after the commit, it tells.</summary>
internal sealed class CacheRepair
{
    /// <summary>The batch up to which caches know of everything; null before the first. Only up to there may be confirmed.</summary>
    internal ChangeBatch? Done { get; private set; }

    /// <summary>What was committed next, gaps and batches without changes as well. Never waits.</summary>
    internal void Take(ChangeBatch batch) => Done = batch;
}
