using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults;

/// <summary>Counts what is logged as a warning or worse; in Prometheus <c>platform_logs_written_total</c>.</summary>
internal sealed class LogMetrics : ILoggerProvider, ILogger
{
    private static readonly LogLevel[] Levels = [LogLevel.Warning, LogLevel.Error, LogLevel.Critical];
    private static readonly KeyValuePair<string, object?>[] Tags = [.. Levels.Select(level => new KeyValuePair<string, object?>("level", level.ToString().ToLowerInvariant()))];
    private readonly long[] _written = new long[Levels.Length];

    public LogMetrics(IMeterFactory meters) => meters.Create("Platform.Logs").CreateObservableCounter(
        "written_total", () => _written.Select((_, i) => new Measurement<long>(Volatile.Read(ref _written[i]), Tags[i])), "{entry}", "Log entries that say that something is wrong, by level.");

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Interlocked.Increment(ref _written[logLevel - LogLevel.Warning]);
    }

    public void Dispose()
    {
    }
}
