using System.Numerics;

namespace NBomber.Engine;

/// <summary>
/// Counts of values in buckets that grow with the value, as HdrHistogram has them: 1,024 to each doubling, so that
/// whatever it says of a value is wrong by less than 0.1 %, three digits being right. Minimum, maximum and sums are exact.
/// One thread at a time.
/// </summary>
internal sealed class Histogram
{
    private const int SubBucketBits = 10;

    // An hour in the engine's unit of 100 ns; what is longer counts as that, but for the maximum, which stays exact.
    private const long Highest = 36_000_000_000;

    private long[] _counts = [];
    private double _sum;
    private double _sumOfSquares;
    private long _minimum = long.MaxValue;

    internal long Count { get; private set; }

    internal long Minimum => Count == 0 ? 0 : _minimum;

    internal long Maximum { get; private set; }

    internal double Sum => _sum;

    internal double Mean => Count == 0 ? 0 : _sum / Count;

    internal double StandardDeviation => Count == 0 ? 0 : Math.Sqrt(Math.Max(0, (_sumOfSquares / Count) - (Mean * Mean)));

    internal void Record(long value)
    {
        value = Math.Max(0, value);
        var index = IndexOf(Math.Min(value, Highest));
        if (index >= _counts.Length)
            Grow(index);
        _counts[index]++;
        Count++;
        _sum += value;
        _sumOfSquares += (double)value * value;
        _minimum = Math.Min(_minimum, value);
        Maximum = Math.Max(Maximum, value);
    }

    internal void Add(Histogram other)
    {
        if (other._counts.Length > _counts.Length)
            Array.Resize(ref _counts, other._counts.Length);
        for (var index = 0; index < other._counts.Length; index++)
            _counts[index] += other._counts[index];
        Count += other.Count;
        _sum += other._sum;
        _sumOfSquares += other._sumOfSquares;
        _minimum = Math.Min(_minimum, other._minimum);
        Maximum = Math.Max(Maximum, other.Maximum);
    }

    /// <summary>What was recorded after an earlier state of the same histogram; its minimum and maximum are those of buckets.</summary>
    internal Histogram Since(Histogram earlier)
    {
        var later = new Histogram { _counts = [.. _counts], Count = Count - earlier.Count, _sum = _sum - earlier._sum, _sumOfSquares = _sumOfSquares - earlier._sumOfSquares };
        for (var index = 0; index < earlier._counts.Length; index++)
            later._counts[index] -= earlier._counts[index];
        var first = Array.FindIndex(later._counts, c => c > 0);
        if (first >= 0)
        {
            later._minimum = Math.Max(LowestOf(first), Minimum);
            later.Maximum = Math.Min(HighestOf(Array.FindLastIndex(later._counts, c => c > 0)), Maximum);
        }

        return later;
    }

    /// <summary>The value that so many of a hundred recorded values do not exceed; 0 when there are none.</summary>
    internal long ValueAt(double percentile)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Count * percentile / 100));
        var seen = 0L;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen >= wanted)
                return Math.Clamp(HighestOf(index), Minimum, Maximum);
        }

        return Maximum;
    }

    /// <summary>How many values lie in buckets up to and with the value's.</summary>
    internal long CountUpTo(long value)
    {
        var end = Math.Min(_counts.Length, IndexOf(Math.Clamp(value, 0, Highest)) + 1);
        var count = 0L;
        for (var index = 0; index < end; index++)
            count += _counts[index];
        return count;
    }

    private static int IndexOf(long value)
    {
        var exponent = Math.Max(0, BitOperations.Log2((ulong)value) - SubBucketBits);
        return (exponent << SubBucketBits) + (int)(value >> exponent);
    }

    private static int ExponentOf(int index) => Math.Max(0, (index >> SubBucketBits) - 1);

    private static long LowestOf(int index)
    {
        var exponent = ExponentOf(index);
        return (long)(index - (exponent << SubBucketBits)) << exponent;
    }

    private static long HighestOf(int index) => LowestOf(index) + (1L << ExponentOf(index)) - 1;

    private void Grow(int index) => Array.Resize(ref _counts, ((index >> SubBucketBits) + 1) << SubBucketBits);
}
