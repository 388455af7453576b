namespace Platform.LoadTests.Run;

/// <summary>Which of so many things is asked for, when the second is asked for half as often as the first, the third a third, and so on.</summary>
public sealed class Zipf
{
    private readonly double[] _upTo;

    /// <param name="count">How many things there are; at least 1.</param>
    /// <param name="exponent">How steep it is; 0 makes all alike.</param>
    public Zipf(int count, double exponent = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _upTo = new double[count];
        var sum = 0.0;
        for (var rank = 0; rank < count; rank++)
            _upTo[rank] = sum += 1 / Math.Pow(rank + 1, exponent);
    }

    /// <summary>The rank of the next one, from 0.</summary>
    /// <param name="random">Decides.</param>
    public int Next(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var found = Array.BinarySearch(_upTo, random.NextDouble() * _upTo[^1]);
        return Math.Min(found < 0 ? ~found : found + 1, _upTo.Length - 1);
    }
}
