using System.Diagnostics.Metrics;
using Platform.Analytics.Ingest;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>What is measured of training; in Prometheus <c>analytics_*</c>. The names are a contract.</summary>
internal sealed class TrainingTelemetry
{
    private readonly Counter<long> _trainings;
    private readonly Histogram<double> _time;
    private readonly Gauge<double> _quality;

    public TrainingTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(IngestTelemetry.MeterName);
        _trainings = meter.CreateCounter<long>("trainings_total", "{training}", "Trainings of the recommendation model, by what they came to.");
        _time = meter.CreateHistogram<double>("training_duration_seconds", "s", "From reading the histories until the new version is used or refused.");
        _quality = meter.CreateGauge<double>("model_ndcg_ratio", "1", "NDCG@10 of the version that was trained last, on what was set aside.");
    }

    internal void Trained(TrainingResult result, TimeSpan time)
    {
        _trainings.Add(1, new KeyValuePair<string, object?>("result", result.ToString()));
        _time.Record(time.TotalSeconds);
    }

    internal void Tried(Evaluation evaluation) => _quality.Record(evaluation.Ndcg);
}
