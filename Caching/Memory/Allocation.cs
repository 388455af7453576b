namespace Platform.Caching.Memory;

/// <summary>Asks the runtime what an object takes, by making one.</summary>
internal static class Allocation
{
    private const int Tries = 4;

    /// <summary>What <paramref name="make"/> allocates, in bytes, once it has been warmed up.</summary>
    public static long Of<TState>(TState state, Func<TState, object> make)
    {
        // The first try may also pay for what the runtime sets up once; nothing makes a try too cheap.
        var least = long.MaxValue;
        for (var i = 0; i < Tries; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            make(state);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
