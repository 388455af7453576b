using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Prometheus;

/// <summary>
/// Exports the instruments of <see cref="System.Diagnostics.Metrics"/> as <c>meter_instrument</c> in lower case. Counters
/// become gauges, since an instrument made anew starts at zero again.
/// </summary>
public sealed class MeterAdapter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly MeterAdapterOptions _options;
    private readonly TimeProvider _time;
    private readonly MetricFactory _metrics;
    private readonly Gauge _connected;
    private readonly ITimer _sweep;
    private readonly Lock _instrumentsChanging = new();
    private volatile AdaptedInstrument[] _instruments = [];
    private volatile bool _disposed;

    private MeterAdapter(MeterAdapterOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _metrics = new MetricFactory(options.Registry);
        _connected = _metrics.CreateGauge("prometheus_net_meteradapter_instruments_connected",
            "Number of instruments that are currently connected to the adapter.");

        _listener.InstrumentPublished = Connect;
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Record(state, (double)value, tags));
        _listener.Start();

        options.Registry.AddBeforeCollectCallback(() =>
        {
            if (_disposed)
                return;
            _listener.RecordObservableInstruments();
            Sweep();
        });
        // Also when nobody collects: labels that never come back must not fill the memory.
        _sweep = time.CreateTimer(_ => Sweep(), null, options.MetricsExpireAfter, options.MetricsExpireAfter);
    }

    /// <summary>Starts with the default options.</summary>
    /// <returns>Dispose it to stop; what was exported stays as it is.</returns>
    public static IDisposable StartListening() => StartListening(MeterAdapterOptions.Default);

    /// <summary>Starts. With the default options a second start does nothing, so that nothing is counted twice.</summary>
    /// <inheritdoc cref="StartListening()"/>
    public static IDisposable StartListening(MeterAdapterOptions options) => StartListening(options, TimeProvider.System);

    internal static IDisposable StartListening(MeterAdapterOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options == MeterAdapterOptions.Default)
        {
            if (options.Registry.HasDefaultMeterAdapter)
                return new AlreadyListening();
            options.Registry.HasDefaultMeterAdapter = true;
        }
        return new MeterAdapter(options, time);
    }

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        _disposed = true;
        _sweep.Dispose();
        _listener.Dispose();
    }

    private void Connect(Instrument instrument, MeterListener listener)
    {
        if (!_options.InstrumentFilterPredicate(instrument))
            return;
        _connected.Inc();
        if (AdaptedInstrument.Create(instrument, _metrics, _options) is not { } adapted)
        {
            Trace.WriteLine($"Instrument {instrument.Name} is of an unsupported type: {instrument.GetType().Name}.");
            return;
        }
        lock (_instrumentsChanging)
            _instruments = [.. _instruments, adapted];
        listener.EnableMeasurementEvents(instrument, adapted);
    }

    private void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // An exception here would break the instrument for its owner.
        try
        {
            ((AdaptedInstrument)state!).Record(value, tags, _time.GetTimestamp());
        }
        catch (Exception error)
        {
            Trace.WriteLine($"A measurement was not exported: {error.Message}");
        }
    }

    private void Sweep()
    {
        var usedBefore = _time.GetTimestamp() - (long)(_options.MetricsExpireAfter.TotalSeconds * _time.TimestampFrequency);
        foreach (var instrument in _instruments)
            instrument.RemoveUnused(usedBefore);
    }

    private sealed class AlreadyListening : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
