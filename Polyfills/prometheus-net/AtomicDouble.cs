namespace Prometheus;

/// <summary>A number that any thread may change; no change is lost.</summary>
internal struct AtomicDouble
{
    private double _value;

    public double Value
    {
        readonly get => Volatile.Read(in _value);
        set => Volatile.Write(ref _value, value);
    }

    public void Add(double increment)
    {
        // Whoever changed it in between makes the exchange fail; bits are compared, so NaN does not loop for ever.
        for (var seen = Value; ;)
        {
            var found = Interlocked.CompareExchange(ref _value, seen + increment, seen);
            if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(seen))
                return;
            seen = found;
        }
    }

    public void RaiseTo(double target)
    {
        for (var seen = Value; seen < target;)
        {
            var found = Interlocked.CompareExchange(ref _value, target, seen);
            if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(seen))
                return;
            seen = found;
        }
    }

    public void LowerTo(double target)
    {
        for (var seen = Value; seen > target;)
        {
            var found = Interlocked.CompareExchange(ref _value, target, seen);
            if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(seen))
                return;
            seen = found;
        }
    }
}
