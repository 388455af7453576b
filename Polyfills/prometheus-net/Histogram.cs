namespace Prometheus;

/// <summary>Counts observations by size, in buckets. Sum and counts are exact, but not read in one step.</summary>
public sealed class Histogram : Collector<Histogram.Child>
{
    private static readonly double[] DefaultBuckets = [.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10];

    private readonly double[] _upperBounds;

    internal Histogram(string name, string help, string[] labelNames, HistogramConfiguration configuration)
        : base(name, help, labelNames, configuration)
    {
        if (labelNames.Contains("le"))
            throw new ArgumentException("'le' is a reserved label name.");
        var buckets = configuration.Buckets ?? DefaultBuckets;
        if (buckets.Length == 0)
            throw new ArgumentException("Histogram must have at least one bucket.");
        _upperBounds = double.IsPositiveInfinity(buckets[^1]) ? [.. buckets] : [.. buckets, double.PositiveInfinity];
        for (var i = 1; i < _upperBounds.Length; i++)
        {
            // Written so that NaN is refused too.
            if (!(_upperBounds[i] > _upperBounds[i - 1]))
                throw new ArgumentException("Bucket values must be increasing.");
        }
    }

    /// <inheritdoc cref="Child.Sum"/>
    public double Sum => Unlabelled.Sum;

    /// <inheritdoc cref="Child.Count"/>
    public long Count => Unlabelled.Count;

    internal override MetricType Type => MetricType.Histogram;

    internal override int LinesPerSeries => _upperBounds.Length + 2;

    /// <summary>Upper bounds from <paramref name="start"/>, each <paramref name="factor"/> times the one before.</summary>
    /// <exception cref="ArgumentException">Count or start is not positive, or the factor is not above 1.</exception>
    public static double[] ExponentialBuckets(double start, double factor, int count)
    {
        if (count <= 0 || start <= 0 || factor <= 1)
            throw new ArgumentException("ExponentialBuckets needs a positive count and start and a factor greater than 1.");
        return Buckets(start, count, bound => bound * (decimal)factor);
    }

    /// <summary>Upper bounds from <paramref name="start"/>, each <paramref name="width"/> above the one before.</summary>
    /// <exception cref="ArgumentException">The count is not positive.</exception>
    public static double[] LinearBuckets(double start, double width, int count)
    {
        if (count <= 0)
            throw new ArgumentException("LinearBuckets needs a positive count.");
        return Buckets(start, count, bound => bound + (decimal)width);
    }

    /// <inheritdoc cref="Child.Observe(double)"/>
    public void Observe(double val) => Unlabelled.Observe(val);

    /// <inheritdoc cref="Child.Observe(double, long)"/>
    public void Observe(double val, long count) => Unlabelled.Observe(val, count);

    /// <inheritdoc cref="ChildBase.Publish"/>
    public void Publish() => Unlabelled.Publish();

    /// <inheritdoc cref="ChildBase.Unpublish"/>
    public void Unpublish() => Unlabelled.Unpublish();

    private protected override Child NewChild(SeriesLabels labels, bool publish) => new(labels, publish, _upperBounds);

    // In decimal, so that 0.1 + 0.2 is written as 0.3 in the label.
    private static double[] Buckets(double start, int count, Func<decimal, decimal> next)
    {
        var bounds = new double[count];
        var bound = (decimal)start;
        for (var i = 0; i < count; i++, bound = next(bound))
            bounds[i] = (double)bound;
        return bounds;
    }

    /// <summary>One series of a histogram.</summary>
    public sealed class Child : ChildBase
    {
        private readonly double[] _upperBounds;
        private readonly long[] _counts;
        private AtomicDouble _sum;

        internal Child(SeriesLabels labels, bool publish, double[] upperBounds)
            : base(labels, publish)
        {
            _upperBounds = upperBounds;
            _counts = new long[upperBounds.Length];
        }

        /// <summary>The sum of all observations.</summary>
        public double Sum => _sum.Value;

        /// <summary>How many observations there were.</summary>
        public long Count
        {
            get
            {
                var count = 0L;
                for (var i = 0; i < _counts.Length; i++)
                    count += Volatile.Read(ref _counts[i]);
                return count;
            }
        }

        /// <summary>Counts one observation; NaN is ignored.</summary>
        public void Observe(double val) => Observe(val, 1);

        /// <summary>Counts <paramref name="count"/> observations of the same size; NaN is ignored.</summary>
        public void Observe(double val, long count)
        {
            if (double.IsNaN(val))
                return;
            var bucket = 0;
            while (val > _upperBounds[bucket])
                bucket++;
            Interlocked.Add(ref _counts[bucket], count);
            _sum.Add(val * count);
            Publish();
        }

        internal override void Write(ExpositionWriter writer, string name)
        {
            // Each bucket is read once, so that the count and the bucket +Inf agree in every export.
            Span<long> cumulative = _counts.Length <= 64 ? stackalloc long[_counts.Length] : new long[_counts.Length];
            var total = 0L;
            for (var i = 0; i < _counts.Length; i++)
                cumulative[i] = total += Volatile.Read(ref _counts[i]);

            writer.Sample(name, Labels, Sum, "_sum"u8);
            writer.Count(name, Labels, total, "_count"u8);
            for (var i = 0; i < _counts.Length; i++)
                writer.Bucket(name, Labels, _upperBounds[i], cumulative[i]);
        }
    }
}
