using System.Collections.Concurrent;

namespace Prometheus;

/// <summary>The metrics of one name. They share type and help and differ in their label names.</summary>
internal sealed class CollectorFamily(Type collectorType)
{
    private readonly ConcurrentDictionary<string[], Collector> _collectors = new(LabelSequenceComparer.Instance);

    public Type CollectorType => collectorType;

    public IEnumerable<Collector> Collectors => _collectors.Values;

    public Collector GetOrAdd<TCollector>(string[] labelNames, Func<string[], TCollector> create)
        where TCollector : Collector
    {
        if (_collectors.TryGetValue(labelNames, out var existing))
            return existing;
        // The caller keeps its array and may change it.
        var names = labelNames.ToArray();
        return _collectors.GetOrAdd(names, create(names));
    }

    public void Write(ExpositionWriter writer)
    {
        var first = true;
        foreach (var collector in _collectors.Values)
        {
            if (first)
                writer.Declare(collector.Name, collector.Help, collector.Type);
            first = false;
            collector.Write(writer);
        }
    }
}
