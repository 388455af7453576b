using System.Buffers;
using System.Diagnostics.Metrics;

namespace Prometheus;

/// <summary>One instrument as Prometheus metrics: one metric for each set of tag names it was used with.</summary>
internal abstract class AdaptedInstrument
{
    public static AdaptedInstrument? Create(Instrument instrument, MetricFactory metrics, MeterAdapterOptions options)
    {
        var type = instrument.GetType();
        var name = PrometheusNames.From($"{instrument.Meter.Name}_{instrument.Name}");
        var unit = string.IsNullOrWhiteSpace(instrument.Unit) ? "" : $"({instrument.Unit}) ";
        var help = $"{unit}{instrument.Description} ({type.Name})";

        var kind = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (kind == typeof(Counter<>) || kind == typeof(UpDownCounter<>))
            return new Of<Gauge.Child>(labels => metrics.CreateGauge(name, help, labels), static (gauge, value) => gauge.Inc(value));
        // Set, not raised: an observed counter may start again.
        if (kind == typeof(ObservableCounter<>) || kind == typeof(ObservableUpDownCounter<>) || kind == typeof(ObservableGauge<>))
            return new Of<Gauge.Child>(labels => metrics.CreateGauge(name, help, labels), static (gauge, value) => gauge.Set(value));
        if (kind == typeof(Histogram<>))
        {
            return new Of<Histogram.Child>(
                labels => metrics.CreateHistogram(name, help, labels,
                    new HistogramConfiguration { Buckets = options.ResolveHistogramBuckets(instrument) }),
                static (histogram, value) => histogram.Observe(value));
        }
        return null;
    }

    public abstract void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, long now);

    public abstract void RemoveUnused(long usedBefore);

    private sealed class Of<TChild>(Func<string[], Collector<TChild>> create, Action<TChild, double> record) : AdaptedInstrument
        where TChild : ChildBase
    {
        private readonly Lock _shapesChanging = new();

        // Replaced as a whole when a new set of tag names turns up, which is rare; read without a lock.
        private volatile Shape[] _shapes = [];

        public override void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, long now)
        {
            var shape = ShapeOf(tags);
            if (shape.Collector is not { } collector)
                return;
            if (shape.Latest is { } latest && latest.Fits(tags) && latest.Child.TryEnter())
            {
                record(latest.Child, value);
                latest.Child.Leave(now);
                return;
            }
            var buffer = ArrayPool<string>.Shared.Rent(tags.Length);
            try
            {
                var values = buffer.AsSpan(0, tags.Length);
                for (var i = 0; i < values.Length; i++)
                    values[i] = tags[shape.Order[i]].Value?.ToString() ?? "";

                TChild child;
                while (!(child = collector.WithLabels(values)).TryEnter())
                    collector.Remove(child);
                record(child, value);
                child.Leave(now);
                if (Latest.TryCreate(tags, child) is { } used)
                    shape.Latest = used;
            }
            finally
            {
                ArrayPool<string>.Shared.Return(buffer);
            }
        }

        public override void RemoveUnused(long usedBefore)
        {
            foreach (var shape in _shapes)
            {
                foreach (var child in shape.Collector?.Children ?? [])
                {
                    if (child.TryRetire(usedBefore))
                        shape.Collector!.Remove(child);
                }
            }
        }

        private Shape ShapeOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var shape in _shapes)
            {
                if (shape.Fits(tags))
                    return shape;
            }
            lock (_shapesChanging)
            {
                foreach (var shape in _shapes)
                {
                    if (shape.Fits(tags))
                        return shape;
                }
                var added = CreateShape(tags);
                _shapes = [.. _shapes, added];
                return added;
            }
        }

        private Shape CreateShape(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            // Tags have no order, labels do: sorted by name, so that the same tags are always the same series.
            var names = new string[tags.Length];
            var labels = new string[tags.Length];
            var order = new int[tags.Length];
            for (var i = 0; i < tags.Length; i++)
            {
                names[i] = tags[i].Key;
                labels[i] = PrometheusNames.From(tags[i].Key);
                order[i] = i;
            }
            Array.Sort(labels, order, StringComparer.Ordinal);
            try
            {
                return new Shape(names, order, create(labels));
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException)
            {
                // Such as two tags that become the same label: never exported, and not tried again with each measurement.
                return new Shape(names, order, null);
            }
        }

        // The series that was used last, with the tag values themselves: who measures the same thing again and again passes
        // the same objects, and to compare references costs less than to hash their texts.
        private sealed class Latest(object?[] values, TChild child)
        {
            public TChild Child => child;

            public bool Fits(ReadOnlySpan<KeyValuePair<string, object?>> tags)
            {
                for (var i = 0; i < values.Length; i++)
                {
                    if (!ReferenceEquals(tags[i].Value, values[i]))
                        return false;
                }
                return true;
            }

            public static Latest? TryCreate(ReadOnlySpan<KeyValuePair<string, object?>> tags, TChild child)
            {
                var values = new object?[tags.Length];
                for (var i = 0; i < values.Length; i++)
                {
                    // Of anything else the text may change while the object stays the same.
                    if (tags[i].Value is not (null or string or int or long or bool or double))
                        return null;
                    values[i] = tags[i].Value;
                }
                return new Latest(values, child);
            }
        }

        private sealed record Shape(string[] TagNames, int[] Order, Collector<TChild>? Collector)
        {
            // Replaced as a whole; whoever loses a race replaces one right series by another.
            public volatile Latest? Latest;

            public bool Fits(ReadOnlySpan<KeyValuePair<string, object?>> tags)
            {
                if (tags.Length != TagNames.Length)
                    return false;
                for (var i = 0; i < tags.Length; i++)
                {
                    if (!string.Equals(tags[i].Key, TagNames[i], StringComparison.Ordinal))
                        return false;
                }
                return true;
            }
        }
    }
}
