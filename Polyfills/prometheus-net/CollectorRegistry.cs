using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;

namespace Prometheus;

/// <summary>A set of metrics that is exported together. Metrics are added and stay.</summary>
public sealed class CollectorRegistry
{
    private readonly ConcurrentDictionary<string, CollectorFamily> _families = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Action> _beforeCollect = new();
    private readonly ConcurrentQueue<Func<CancellationToken, Task>> _beforeCollectAsync = new();
    private readonly Lock _firstCollect = new();
    private Action? _beforeFirstCollect;
    private bool _collected;

    /// <summary>
    /// Has <paramref name="callback"/> called before each collection, to bring values up to date. It may be called
    /// concurrently. What it throws is traced and otherwise ignored, except <see cref="ScrapeFailedException"/>.
    /// </summary>
    public void AddBeforeCollectCallback(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _beforeCollect.Enqueue(callback);
    }

    /// <inheritdoc cref="AddBeforeCollectCallback(Action)"/>
    public void AddBeforeCollectCallback(Func<CancellationToken, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _beforeCollectAsync.Enqueue(callback);
    }

    /// <summary>Collects all metrics and writes them to <paramref name="to"/> as Prometheus text.</summary>
    /// <exception cref="ScrapeFailedException">A callback refused; nothing was written.</exception>
    public Task CollectAndExportAsTextAsync(Stream to, CancellationToken cancel = default) =>
        CollectAndExportAsTextAsync(to, ExpositionFormat.PrometheusText, cancel);

    /// <summary>Collects all metrics and writes them to <paramref name="to"/> in the format asked for.</summary>
    /// <inheritdoc cref="CollectAndExportAsTextAsync(Stream, CancellationToken)"/>
    public async Task CollectAndExportAsTextAsync(
        Stream to, ExpositionFormat format = ExpositionFormat.PrometheusText, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        var text = await CollectAsync(format, cancel);
        await to.WriteAsync(text, cancel);
    }

    internal bool HasDefaultMeterAdapter { get; set; }

    internal IEnumerable<CollectorFamily> Families => _families.Values;

    internal TCollector GetOrAdd<TCollector>(string name, string[] labelNames, Func<string[], TCollector> create)
        where TCollector : Collector
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(labelNames);
        var family = _families.GetOrAdd(name, static _ => new CollectorFamily(typeof(TCollector)));
        if (family.CollectorType != typeof(TCollector))
            throw new InvalidOperationException($"Collector of a different type with the name '{name}' is already registered.");
        return (TCollector)family.GetOrAdd(labelNames, create);
    }

    internal void SetBeforeFirstCollect(Action callback)
    {
        lock (_firstCollect)
            _beforeFirstCollect = _collected ? null : callback;
    }

    internal async Task<ReadOnlyMemory<byte>> CollectAsync(ExpositionFormat format, CancellationToken cancel)
    {
        lock (_firstCollect)
        {
            _collected = true;
            Interlocked.Exchange(ref _beforeFirstCollect, null)?.Invoke();
        }

        foreach (var callback in _beforeCollect)
        {
            try
            {
                callback();
            }
            catch (Exception error) when (error is not ScrapeFailedException)
            {
                Trace.WriteLine($"Before-collect callback failed: {error}");
            }
        }
        await Task.WhenAll(_beforeCollectAsync.Select(callback => RunAsync(callback, cancel)));

        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        var writer = new ExpositionWriter(buffer, format);
        foreach (var family in _families.Values)
            family.Write(writer);
        writer.End();
        return buffer.WrittenMemory;

        static async Task RunAsync(Func<CancellationToken, Task> callback, CancellationToken cancel)
        {
            try
            {
                await callback(cancel);
            }
            catch (Exception error) when (error is not (ScrapeFailedException or OperationCanceledException))
            {
                Trace.WriteLine($"Before-collect callback failed: {error}");
            }
        }
    }
}
