using System.Diagnostics;

namespace Platform.LoadTests;

/// <summary>Does something so many times a second, evenly; what takes longer is not waited for by the others.</summary>
internal static class Paced
{
    private const int Workers = 8;

    /// <param name="count">How many times.</param>
    /// <param name="perSecond">How often.</param>
    /// <param name="act">Gets the number, from 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal static Task RunAsync(int count, int perSecond, Func<int, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        return Parallel.ForEachAsync(Enumerable.Range(1, count), new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancellationToken }, async (n, token) =>
        {
            var due = TimeSpan.FromSeconds((double)n / perSecond) - Stopwatch.GetElapsedTime(began);
            if (due > TimeSpan.Zero)
                await Task.Delay(due, token);
            await act(n, token);
        });
    }
}
