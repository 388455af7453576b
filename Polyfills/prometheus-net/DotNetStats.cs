using System.Diagnostics;
using System.Globalization;

namespace Prometheus;

/// <summary>What the process uses: <c>process_*</c> and <c>dotnet_*</c>.</summary>
public sealed class DotNetStats
{
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly Lock _updating = new();
    private readonly Counter.Child[] _collections;
    private readonly Counter _cpu;
    private readonly Gauge _virtualMemory;
    private readonly Gauge _workingSet;
    private readonly Gauge _privateMemory;
    private readonly Gauge _handles;
    private readonly Gauge _threads;
    private readonly Gauge _managedMemory;

    private DotNetStats(MetricFactory metrics)
    {
        var collections = metrics.CreateCounter("dotnet_collection_count_total", "GC collection count", "generation");
        _collections = [.. Enumerable.Range(0, GC.MaxGeneration + 1)
            .Select(generation => collections.WithLabels(generation.ToString(CultureInfo.InvariantCulture)))];
        _cpu = metrics.CreateCounter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.");
        _virtualMemory = metrics.CreateGauge("process_virtual_memory_bytes", "Virtual memory size in bytes.");
        _workingSet = metrics.CreateGauge("process_working_set_bytes", "Process working set");
        _privateMemory = metrics.CreateGauge("process_private_memory_bytes", "Process private memory size");
        _handles = metrics.CreateGauge("process_open_handles", "Number of open handles");
        _threads = metrics.CreateGauge("process_num_threads", "Total number of threads");
        _managedMemory = metrics.CreateGauge("dotnet_total_memory_bytes", "Total known allocated memory");
        metrics.CreateGauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.")
            .Set((_process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
    }

    /// <summary>Adds the metrics to <paramref name="registry"/>; they are read at each collection.</summary>
    public static void Register(CollectorRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.AddBeforeCollectCallback(new DotNetStats(new MetricFactory(registry)).Update);
    }

    private void Update()
    {
        // Process is not thread-safe, and collections may overlap.
        lock (_updating)
        {
            _process.Refresh();
            for (var generation = 0; generation < _collections.Length; generation++)
                _collections[generation].IncTo(GC.CollectionCount(generation));
            _cpu.IncTo(_process.TotalProcessorTime.TotalSeconds);
            _virtualMemory.Set(_process.VirtualMemorySize64);
            _workingSet.Set(_process.WorkingSet64);
            _privateMemory.Set(_process.PrivateMemorySize64);
            _handles.Set(_process.HandleCount);
            _threads.Set(_process.Threads.Count);
            _managedMemory.Set(GC.GetTotalMemory(forceFullCollection: false));
        }
    }
}
