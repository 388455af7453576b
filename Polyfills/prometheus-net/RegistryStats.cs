namespace Prometheus;

/// <summary>How much a registry exports: <c>prometheus_net_metric_*</c>.</summary>
internal static class RegistryStats
{
    private const string Label = "metric_type";

    public static void Register(CollectorRegistry registry)
    {
        var metrics = new MetricFactory(registry);
        var families = metrics.CreateGauge("prometheus_net_metric_families",
            "Number of metric families currently registered.", Label);
        var instances = metrics.CreateGauge("prometheus_net_metric_instances",
            "Number of metric instances currently registered across all metric families.", Label);
        var series = metrics.CreateGauge("prometheus_net_metric_timeseries",
            "Number of metric timeseries currently generated from all metric instances.", Label);

        registry.AddBeforeCollectCallback(() =>
        {
            var byType = registry.Families.Select(family => family.Collectors.ToArray()).Where(all => all.Length > 0)
                .ToLookup(all => all[0].Type);
            foreach (var type in Enum.GetValues<MetricType>())
            {
                var word = type.ToString().ToLowerInvariant();
                families.WithLabels(word).Set(byType[type].Count());
                instances.WithLabels(word).Set(byType[type].Sum(all => all.Sum(one => one.SeriesCount)));
                series.WithLabels(word).Set(byType[type].Sum(all => all.Sum(one => one.SeriesCount * one.LinesPerSeries)));
            }
        });
    }
}
