using System.Collections.Concurrent;
using System.ComponentModel;

namespace Prometheus;

/// <summary>A metric whose series are of type <typeparamref name="TChild"/>.</summary>
public abstract class Collector<TChild> : Collector
    where TChild : ChildBase
{
    private readonly ConcurrentDictionary<string[], TChild> _children = new(LabelSequenceComparer.Instance);
    private readonly ConcurrentDictionary<string[], TChild>.AlternateLookup<ReadOnlySpan<string>> _byValues;
    private readonly bool _suppressInitialValue;

    private protected Collector(string name, string help, string[] labelNames, MetricConfiguration configuration)
        : base(name, help, labelNames)
    {
        _byValues = _children.GetAlternateLookup<ReadOnlySpan<string>>();
        _suppressInitialValue = configuration.SuppressInitialValue;
    }

    /// <inheritdoc cref="WithLabels(ReadOnlySpan{string})"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public TChild Labels(params string[] labelValues) => WithLabels(labelValues);

    /// <inheritdoc cref="WithLabels(ReadOnlySpan{string})"/>
    public TChild WithLabels(params string[] labelValues)
    {
        ArgumentNullException.ThrowIfNull(labelValues);
        return WithLabels(labelValues.AsSpan());
    }

    /// <summary>The series with these label values, made when it does not exist yet. Keep it where it is used often.</summary>
    /// <exception cref="ArgumentException">Not one value for each label name.</exception>
    public TChild WithLabels(ReadOnlySpan<string> labelValues)
    {
        if (_byValues.TryGetValue(labelValues, out var child))
            return child;
        if (labelValues.Length != LabelNames.Length)
            throw new ArgumentException($"'{Name}' has {LabelNames.Length} labels, but {labelValues.Length} values were given.");
        var values = labelValues.ToArray();
        if (values.Contains(null))
            throw new ArgumentException($"A label value of '{Name}' is null.");
        return _children.GetOrAdd(values, NewChild(new SeriesLabels(LabelNames, values), !_suppressInitialValue));
    }

    /// <summary>Removes the series with these label values; nothing when there is none.</summary>
    public void RemoveLabelled(params string[] labelValues)
    {
        ArgumentNullException.ThrowIfNull(labelValues);
        _children.TryRemove(labelValues, out _);
    }

    /// <summary>The label values of all series that have labels.</summary>
    public IEnumerable<string[]> GetAllLabelValues() =>
        _children.Keys.Where(values => values.Length > 0).Select(values => values.ToArray());

    /// <summary>The only series of a metric without labels.</summary>
    protected internal TChild Unlabelled => WithLabels(ReadOnlySpan<string>.Empty);

    internal override int SeriesCount => _children.Count;

    internal IEnumerable<TChild> Children => _children.Values;

    // Only this very series: another thread may have put a new one in its place.
    internal void Remove(TChild child) => _children.TryRemove(new(child.Labels.Values, child));

    internal override void Write(ExpositionWriter writer)
    {
        if (LabelNames.Length == 0)
            _ = Unlabelled;
        foreach (var child in _children.Values)
        {
            if (child.IsPublished)
                child.Write(writer, Name);
        }
    }

    private protected abstract TChild NewChild(SeriesLabels labels, bool publish);
}
