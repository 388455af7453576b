using System.Diagnostics;

namespace Platform.LoadTests.Run;

/// <summary>Times since a run began, by which all that is recorded is ordered.</summary>
internal sealed class RunClock
{
    private readonly long _began = Stopwatch.GetTimestamp();

    internal TimeSpan Now => Stopwatch.GetElapsedTime(_began);

    /// <summary>The time of a <see cref="Stopwatch"/> timestamp.</summary>
    internal TimeSpan At(long timestamp) => Stopwatch.GetElapsedTime(_began, timestamp);
}
