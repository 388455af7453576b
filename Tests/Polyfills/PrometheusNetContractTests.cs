using System.Text;
using Prometheus;

namespace Platform.Tests.Polyfills;

/// <summary>What prometheus-net 8.2.1 promises of its metrics and its text export.</summary>
public sealed class PrometheusNetContractTests
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly MetricFactory _metrics;

    public PrometheusNetContractTests() => _metrics = Metrics.WithCustomRegistry(_registry);

    [Fact]
    public void A_counter_never_goes_down()
    {
        var counter = _metrics.CreateCounter("jobs_total", "Jobs.");
        counter.Inc(2);

        Assert.Throws<ArgumentOutOfRangeException>(() => counter.Inc(-1));
        counter.IncTo(1);

        Assert.Equal(2, counter.Value);
    }

    [Fact]
    public void A_gauge_goes_both_ways()
    {
        var gauge = _metrics.CreateGauge("queue_length", "Queue.");

        gauge.Set(5);
        gauge.Inc(2);
        gauge.Dec();
        gauge.IncTo(3);
        gauge.DecTo(4);

        Assert.Equal(4, gauge.Value);
    }

    [Fact]
    public async Task Histogram_buckets_are_cumulative_and_end_with_the_count()
    {
        var histogram = _metrics.CreateHistogram("size", "Sizes.", new HistogramConfiguration { Buckets = [1, 2.5] });

        histogram.Observe(0.5);
        histogram.Observe(1);
        histogram.Observe(2);
        histogram.Observe(double.NaN);
        histogram.Observe(99, 3);

        Assert.Equal("""
            # HELP size Sizes.
            # TYPE size histogram
            size_sum 300.5
            size_count 6
            size_bucket{le="1"} 2
            size_bucket{le="2.5"} 3
            size_bucket{le="+Inf"} 6

            """, await ExportAsync());
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(1, 1)]
    [InlineData(1, double.NaN)]
    public void Bucket_bounds_must_rise(double first, double second)
    {
        Assert.Throws<ArgumentException>(
            () => _metrics.CreateHistogram("size", "", new HistogramConfiguration { Buckets = [first, second] }));
    }

    [Fact]
    public void Generated_buckets_have_the_written_bounds()
    {
        Assert.Equal([0.1, 0.2, 0.4, 0.8], Histogram.ExponentialBuckets(0.1, 2, 4));
        Assert.Equal([0.1, 0.2, 0.3], Histogram.LinearBuckets(0.1, 0.1, 3));
    }

    [Fact]
    public async Task Label_values_and_help_are_escaped()
    {
        _metrics.CreateGauge("g", "one\ntwo \\ \"three\"", "path").WithLabels("C:\\dir\n\"x\" ü").Set(1);

        var text = await ExportAsync();

        Assert.Equal("# HELP g one\\ntwo \\\\ \"three\"\n# TYPE g gauge\ng{path=\"C:\\\\dir\\n\\\"x\\\" ü\"} 1\n", text);
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(0.1, "0.1")]
    [InlineData(-0.0, "-0")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(5e-324, "5e-324")]
    public async Task Values_are_written_so_that_Prometheus_reads_the_same_number(double value, string text)
    {
        _metrics.CreateGauge("g", "").Set(value);

        Assert.EndsWith($"\ng {text}\n", await ExportAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenMetrics_declares_counters_without_suffix_and_writes_floats_as_such()
    {
        _metrics.CreateCounter("jobs_total", "The \"jobs\".").Inc(3);
        _metrics.CreateHistogram("size", "", new HistogramConfiguration { Buckets = [1] }).Observe(1);

        var text = await ExportAsync(ExpositionFormat.OpenMetricsText);

        Assert.Contains("# HELP jobs The \\\"jobs\\\".\n# TYPE jobs counter\njobs_total 3.0\n", text, StringComparison.Ordinal);
        Assert.Contains("size_bucket{le=\"1.0\"} 1\n", text, StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_name_and_labels_give_the_same_metric_and_another_type_is_refused()
    {
        var counter = _metrics.CreateCounter("jobs_total", "", "kind");

        Assert.Same(counter, _metrics.CreateCounter("jobs_total", "", "kind"));
        Assert.Same(counter.WithLabels("a"), counter.WithLabels("a"));
        Assert.Throws<InvalidOperationException>(() => _metrics.CreateGauge("jobs_total", "", "kind"));
    }

    [Theory]
    [InlineData("has space", "ok")]
    [InlineData("9lives", "ok")]
    [InlineData("ok\n", "ok")]
    [InlineData("ok", "has-dash")]
    [InlineData("ok", "__reserved")]
    public void Names_that_Prometheus_would_refuse_are_refused(string name, string label)
    {
        Assert.Throws<ArgumentException>(() => _metrics.CreateCounter(name, "", label));
    }

    [Fact]
    public void Every_label_needs_exactly_one_value()
    {
        var counter = _metrics.CreateCounter("jobs_total", "", "kind");

        Assert.Throws<ArgumentException>(() => counter.WithLabels());
        Assert.Throws<ArgumentException>(() => counter.WithLabels("a", "b"));
    }

    [Fact]
    public async Task A_series_is_exported_at_once_unless_its_initial_value_is_suppressed()
    {
        _metrics.CreateGauge("at_once", "");
        var later = _metrics.CreateGauge("later", "", new GaugeConfiguration { SuppressInitialValue = true });

        var before = await ExportAsync();
        later.Set(1);
        var after = await ExportAsync();

        Assert.Contains("\nat_once 0\n", before, StringComparison.Ordinal);
        Assert.DoesNotContain("\nlater 0\n", before, StringComparison.Ordinal);
        Assert.Contains("\nlater 1\n", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Concurrent_changes_are_all_counted()
    {
        const int Threads = 4, Rounds = 400_000;
        var counter = _metrics.CreateCounter("jobs_total", "", "kind");
        var histogram = _metrics.CreateHistogram("size", "");
        var (even, odd) = (counter.WithLabels("even"), counter.WithLabels("odd"));
        using var together = new Barrier(Threads);

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(() =>
        {
            together.SignalAndWait(TestContext.Current.CancellationToken);
            for (var i = 0; i < Rounds; i++)
            {
                (i % 2 == 0 ? even : odd).Inc();
                histogram.Observe(1);
            }
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(Threads * Rounds / 2, even.Value);
        Assert.Equal(Threads * Rounds / 2, odd.Value);
        Assert.Equal(Threads * Rounds, histogram.Count);
        Assert.Equal(Threads * Rounds, histogram.Sum);
    }

    [Fact]
    public void Observing_allocates_nothing()
    {
        var counter = _metrics.CreateCounter("jobs_total", "", "kind");
        var histogram = _metrics.CreateHistogram("size", "");
        string[] values = ["a"];
        Observe();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Observe();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);

        void Observe()
        {
            counter.WithLabels(values.AsSpan()).Inc();
            histogram.Observe(0.3);
        }
    }

    [Fact]
    public async Task A_callback_that_refuses_fails_the_scrape_and_any_other_exception_does_not()
    {
        _registry.AddBeforeCollectCallback(() => throw new InvalidOperationException("one value is missing"));
        await ExportAsync();

        _registry.AddBeforeCollectCallback(() => throw new ScrapeFailedException("not now"));

        await Assert.ThrowsAsync<ScrapeFailedException>(() => ExportAsync());
    }

    [Fact]
    public async Task Process_statistics_have_the_public_names()
    {
        DotNetStats.Register(_registry);

        var text = await ExportAsync();

        Assert.All(
            [
                "process_start_time_seconds gauge", "process_cpu_seconds_total counter", "process_virtual_memory_bytes gauge",
                "process_working_set_bytes gauge", "process_private_memory_bytes gauge", "process_open_handles gauge",
                "process_num_threads gauge", "dotnet_total_memory_bytes gauge", "dotnet_collection_count_total counter",
            ],
            declaration => Assert.Contains($"# TYPE {declaration}\n", text, StringComparison.Ordinal));
    }

    private async Task<string> ExportAsync(ExpositionFormat format = ExpositionFormat.PrometheusText)
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream, format, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
