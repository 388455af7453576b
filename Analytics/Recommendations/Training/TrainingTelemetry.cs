using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>What is measured of training; in Prometheus <c>analytics_*</c>. The names are a contract.</summary>
internal sealed class TrainingTelemetry
{
    private readonly Counter<long> _trainings;
    private readonly Histogram<double> _time;

    public TrainingTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(AnalyticsMeter.Name);
        _trainings = meter.CreateCounter<long>("trainings_total", "{training}", "Trainings of the recommendation model, by what they came to.");
        _time = meter.CreateHistogram("training_duration_seconds", "s", "From reading the histories until the new version is used or refused.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800] });
        foreach (var result in Enum.GetValues<TrainingResult>())
            _trainings.Add(0, Result(result));
    }

    internal void Trained(TrainingResult result, TimeSpan time)
    {
        _trainings.Add(1, Result(result));
        _time.Record(time.TotalSeconds);
    }

    private static KeyValuePair<string, object?> Result(TrainingResult result) => new("result", JsonNamingPolicy.SnakeCaseLower.ConvertName(result.ToString()));
}
