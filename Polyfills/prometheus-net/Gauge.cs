namespace Prometheus;

/// <summary>A value that goes up and down.</summary>
public sealed class Gauge : Collector<Gauge.Child>
{
    internal Gauge(string name, string help, string[] labelNames, GaugeConfiguration configuration)
        : base(name, help, labelNames, configuration)
    {
    }

    /// <inheritdoc cref="Child.Value"/>
    public double Value => Unlabelled.Value;

    internal override MetricType Type => MetricType.Gauge;

    /// <inheritdoc cref="Child.Inc"/>
    public void Inc(double increment = 1) => Unlabelled.Inc(increment);

    /// <inheritdoc cref="Child.Set"/>
    public void Set(double val) => Unlabelled.Set(val);

    /// <inheritdoc cref="Child.Dec"/>
    public void Dec(double decrement = 1) => Unlabelled.Dec(decrement);

    /// <inheritdoc cref="Child.IncTo"/>
    public void IncTo(double targetValue) => Unlabelled.IncTo(targetValue);

    /// <inheritdoc cref="Child.DecTo"/>
    public void DecTo(double targetValue) => Unlabelled.DecTo(targetValue);

    /// <inheritdoc cref="ChildBase.Publish"/>
    public void Publish() => Unlabelled.Publish();

    /// <inheritdoc cref="ChildBase.Unpublish"/>
    public void Unpublish() => Unlabelled.Unpublish();

    private protected override Child NewChild(SeriesLabels labels, bool publish) => new(labels, publish);

    /// <summary>One series of a gauge.</summary>
    public sealed class Child : ChildBase
    {
        private AtomicDouble _value;

        internal Child(SeriesLabels labels, bool publish)
            : base(labels, publish)
        {
        }

        /// <summary>The value now.</summary>
        public double Value => _value.Value;

        /// <summary>Adds to the value.</summary>
        public void Inc(double increment = 1)
        {
            _value.Add(increment);
            Publish();
        }

        /// <summary>Sets the value.</summary>
        public void Set(double val)
        {
            _value.Value = val;
            Publish();
        }

        /// <summary>Takes from the value.</summary>
        public void Dec(double decrement = 1) => Inc(-decrement);

        /// <summary>Raises the value to <paramref name="targetValue"/>; nothing when it is that high already.</summary>
        public void IncTo(double targetValue)
        {
            _value.RaiseTo(targetValue);
            Publish();
        }

        /// <summary>Lowers the value to <paramref name="targetValue"/>; nothing when it is that low already.</summary>
        public void DecTo(double targetValue)
        {
            _value.LowerTo(targetValue);
            Publish();
        }

        internal override void Write(ExpositionWriter writer, string name) => writer.Sample(name, Labels, Value);
    }
}
