using Platform.ServiceDefaults;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>Configuration section <c>Recommendations</c>.</summary>
/// <param name="TrainEvery">How long after a version the next one is trained: <c>Recommendations:TrainEvery</c>, 6 hours unless set, 1 minute to 30 days.</param>
/// <param name="Threads">On how many threads: <c>Recommendations:TrainingThreads</c>, half of the processors unless set, so that the other half serves; 1 to 64.</param>
internal sealed record TrainingOptions(TimeSpan TrainEvery, int Threads)
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static TrainingOptions From(IConfiguration configuration) => new(
        Settings.Duration(configuration, "Recommendations:TrainEvery", TimeSpan.FromHours(6), TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
        Settings.Number(configuration, "Recommendations:TrainingThreads", Math.Max(1, Environment.ProcessorCount / 2), 1, 64));
}
