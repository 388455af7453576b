using System.Diagnostics.Metrics;
using System.Text;
using Platform.Tests.Support;
using Prometheus;

namespace Platform.Tests.Polyfills;

/// <summary>The names and values that prometheus-net 8.2.1 gives to the instruments of System.Diagnostics.Metrics.</summary>
public sealed class PrometheusNetMeterAdapterTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly Meter _meter = new($"Test.Meter-{Guid.CreateVersion7():N}");
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly IDisposable _adapter;
    private readonly string _prefix;

    public PrometheusNetMeterAdapterTests()
    {
        _prefix = _meter.Name.Replace('.', '_').Replace('-', '_').ToLowerInvariant();
        _adapter = MeterAdapter.StartListening(
            new MeterAdapterOptions { Registry = _registry, InstrumentFilterPredicate = instrument => instrument.Meter == _meter }, _clock);
    }

    public void Dispose()
    {
        _adapter.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task Names_are_meter_and_instrument_in_lower_case_and_counters_are_gauges()
    {
        _meter.CreateCounter<long>("Orders.placed-now", "{order}", "Orders placed.").Add(2, new KeyValuePair<string, object?>("Payment.Kind", "card"));

        var text = await ExportAsync();

        Assert.Contains($"# HELP {_prefix}_orders_placed_now ({{order}}) Orders placed. (Counter`1)\n", text, StringComparison.Ordinal);
        Assert.Contains($"# TYPE {_prefix}_orders_placed_now gauge\n", text, StringComparison.Ordinal);
        Assert.Contains($"\n{_prefix}_orders_placed_now{{payment_kind=\"card\"}} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_supported_kind_of_instrument_is_exported()
    {
        var observed = 3;
        _meter.CreateObservableCounter("observed_counter", () => observed);
        _meter.CreateObservableGauge("observed_gauge", () => 1.5m);
        _meter.CreateObservableUpDownCounter("observed_up_down", () => (short)-4);
        var upDown = _meter.CreateUpDownCounter<int>("up_down");
        var histogram = _meter.CreateHistogram<float>("histogram");

        upDown.Add(5);
        upDown.Add(-7);
        histogram.Record(0.02f);
        await ExportAsync();
        observed = 1;
        var text = await ExportAsync();

        Assert.Contains($"\n{_prefix}_observed_counter 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"\n{_prefix}_observed_gauge 1.5\n", text, StringComparison.Ordinal);
        Assert.Contains($"\n{_prefix}_observed_up_down -4\n", text, StringComparison.Ordinal);
        Assert.Contains($"\n{_prefix}_up_down -2\n", text, StringComparison.Ordinal);
        Assert.Contains($"\n{_prefix}_histogram_bucket{{le=\"0.01\"}} 0\n", text, StringComparison.Ordinal);
        Assert.Contains($"\n{_prefix}_histogram_bucket{{le=\"0.02\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("prometheus_net_meteradapter_instruments_connected 5\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_order_of_tags_makes_no_other_series()
    {
        var counter = _meter.CreateCounter<int>("c");

        counter.Add(1, new("a", 1), new("b", null));
        counter.Add(1, new("b", null), new("a", 1));

        Assert.Contains($"\n{_prefix}_c{{a=\"1\",b=\"\"}} 2\n", await ExportAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_that_become_one_label_are_left_out_and_hurt_nobody()
    {
        var counter = _meter.CreateCounter<int>("c");

        counter.Add(1, new("a.b", 1), new("a_b", 2));
        counter.Add(1, new KeyValuePair<string, object?>("a.b", 1));

        Assert.Contains($"\n{_prefix}_c{{a_b=\"1\"}} 1\n", await ExportAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_series_without_updates_for_five_minutes_disappears()
    {
        var counter = _meter.CreateCounter<int>("c");
        counter.Add(1, new KeyValuePair<string, object?>("kind", "idle"));
        counter.Add(1, new KeyValuePair<string, object?>("kind", "busy"));

        _clock.Advance(TimeSpan.FromMinutes(4));
        counter.Add(1, new KeyValuePair<string, object?>("kind", "busy"));
        var before = await ExportAsync();
        _clock.Advance(TimeSpan.FromMinutes(2));
        var after = await ExportAsync();
        counter.Add(1, new KeyValuePair<string, object?>("kind", "idle"));
        var again = await ExportAsync();

        Assert.Contains("{kind=\"idle\"} 1", before, StringComparison.Ordinal);
        Assert.DoesNotContain("idle", after, StringComparison.Ordinal);
        Assert.Contains("{kind=\"busy\"} 2", after, StringComparison.Ordinal);
        Assert.Contains("{kind=\"idle\"} 1", again, StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_in_use_is_not_retired_and_a_retired_one_is_not_used()
    {
        var child = Metrics.WithCustomRegistry(_registry).CreateGauge("g", "", "kind").WithLabels("a");

        var entered = child.TryEnter();
        child.Leave(now: 10);
        var enteredAgain = child.TryEnter();
        var retiredInUse = child.TryRetire(usedBefore: 20);
        child.Leave(now: 11);
        var retired = child.TryRetire(usedBefore: 20);
        var enteredRetired = child.TryEnter();

        Assert.True(entered && enteredAgain);
        Assert.False(retiredInUse);
        Assert.True(retired);
        Assert.False(enteredRetired);
    }

    [Fact]
    public void Recording_allocates_nothing_for_known_tags()
    {
        var histogram = _meter.CreateHistogram<double>("h");
        Record();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Record();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);

        void Record() => histogram.Record(0.3, new("route", "/books"), new("method", "GET"));
    }

    private async Task<string> ExportAsync()
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
