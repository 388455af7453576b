using System.Diagnostics.Metrics;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>What is measured of the model that recommends; in Prometheus <c>analytics_model_*</c>, and nothing while there is none.</summary>
internal sealed class ServingTelemetry
{
    public ServingTelemetry(IMeterFactory meters, CurrentModel current, TimeProvider clock)
    {
        var meter = meters.Create(AnalyticsMeter.Name);
        meter.CreateObservableGauge("model_age_seconds", () => Known((clock.GetUtcNow() - current.Model?.TrainedAt)?.TotalSeconds), "s", "Since the model that recommends was trained.");
        meter.CreateObservableGauge("model_ndcg_ratio", () => Known(current.Quality?.Ndcg), "1", "NDCG@10 of the model that recommends, on what was set aside.");
    }

    private static IEnumerable<Measurement<double>> Known(double? value) => value is { } known ? [new Measurement<double>(known)] : [];
}
