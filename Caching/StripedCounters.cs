namespace Platform.Caching;

/// <summary>Counts of a few kinds of event that happen very often and are seldom read.</summary>
/// <remarks>Each processor has a cache line of its own: an increment never waits for one on another processor.</remarks>
internal sealed class StripedCounters
{
    /// <summary>How many kinds there is room for.</summary>
    public const int MaxKinds = 8;

    // 128 bytes: processors fetch lines in pairs.
    private const int Stride = 16;
    private static readonly int Stripes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 64));
    private readonly long[] _counts = new long[(Stripes + 1) * Stride];

    public void Increment(int kind) => Increment(kind, Thread.GetCurrentProcessorId());

    // A thread may be moved to another processor just now, so the increment must be atomic all the same.
    internal void Increment(int kind, int processor)
    {
        var stripe = processor & (Stripes - 1);
        Interlocked.Increment(ref _counts[((stripe + 1) * Stride) - MaxKinds + kind]);
    }

    public long Sum(int kind)
    {
        var sum = 0L;
        for (var stripe = 0; stripe < Stripes; stripe++)
        {
            sum += Volatile.Read(ref _counts[((stripe + 1) * Stride) - MaxKinds + kind]);
        }

        return sum;
    }
}
