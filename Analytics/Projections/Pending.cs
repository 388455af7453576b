using Platform.Analytics.Projections.Documents;

namespace Platform.Analytics.Projections;

/// <summary>What is to be added to documents of one kind, in order.</summary>
internal sealed class Pending<T>
    where T : ProjectedDocument
{
    private readonly Dictionary<(string Partition, string Id), List<Action<T>>> _changes = [];

    internal IReadOnlyCollection<KeyValuePair<(string Partition, string Id), List<Action<T>>>> All => _changes;

    internal void Add(string partition, string id, Action<T> change)
    {
        if (!_changes.TryGetValue((partition, id), out var list))
            _changes[(partition, id)] = list = [];
        list.Add(change);
    }
}
