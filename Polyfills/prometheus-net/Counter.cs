namespace Prometheus;

/// <summary>A value that only grows, and starts at zero with the process.</summary>
public sealed class Counter : Collector<Counter.Child>
{
    internal Counter(string name, string help, string[] labelNames, CounterConfiguration configuration)
        : base(name, help, labelNames, configuration)
    {
    }

    /// <inheritdoc cref="Child.Value"/>
    public double Value => Unlabelled.Value;

    internal override MetricType Type => MetricType.Counter;

    /// <inheritdoc cref="Child.Inc"/>
    public void Inc(double increment = 1.0) => Unlabelled.Inc(increment);

    /// <inheritdoc cref="Child.IncTo"/>
    public void IncTo(double targetValue) => Unlabelled.IncTo(targetValue);

    /// <inheritdoc cref="ChildBase.Publish"/>
    public void Publish() => Unlabelled.Publish();

    /// <inheritdoc cref="ChildBase.Unpublish"/>
    public void Unpublish() => Unlabelled.Unpublish();

    private protected override Child NewChild(SeriesLabels labels, bool publish) => new(labels, publish);

    /// <summary>One series of a counter.</summary>
    public sealed class Child : ChildBase
    {
        private AtomicDouble _value;

        internal Child(SeriesLabels labels, bool publish)
            : base(labels, publish)
        {
        }

        /// <summary>The count so far.</summary>
        public double Value => _value.Value;

        /// <summary>Adds to the count.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The increment is negative.</exception>
        public void Inc(double increment = 1.0)
        {
            if (increment < 0)
                throw new ArgumentOutOfRangeException(nameof(increment), "Counter value cannot decrease.");
            _value.Add(increment);
            Publish();
        }

        /// <summary>Raises the count to <paramref name="targetValue"/>; nothing when it is there already.</summary>
        public void IncTo(double targetValue)
        {
            _value.RaiseTo(targetValue);
            Publish();
        }

        internal override void Write(ExpositionWriter writer, string name) => writer.Sample(name, Labels, Value);
    }
}
