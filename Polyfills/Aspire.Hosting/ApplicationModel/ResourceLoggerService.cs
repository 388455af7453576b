using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The logs of the resources: their output and what the host says about them.</summary>
public class ResourceLoggerService : IDisposable
{
    private const int BacklogLines = 1000;

    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, byte> _secrets = new(StringComparer.Ordinal);

    /// <summary>A logger that writes into a resource's log.</summary>
    /// <param name="resource">The resource.</param>
    /// <returns>The logger.</returns>
    public ILogger GetLogger(IResource resource) => GetLogger((resource ?? throw new ArgumentNullException(nameof(resource))).Name);

    /// <summary>A logger that writes into a resource's log.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <returns>The logger.</returns>
    public ILogger GetLogger(string resourceName) => new ResourceLogger(this, resourceName);

    /// <summary>The last 1000 lines of a resource's log, then every new one.</summary>
    /// <param name="resource">The resource.</param>
    /// <returns>The lines, in batches.</returns>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync((resource ?? throw new ArgumentNullException(nameof(resource))).Name);

    /// <summary>The last 1000 lines of a resource's log, then every new one.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <returns>The lines, in batches; ends when the log is complete.</returns>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => Log(resourceName).WatchAsync(default);

    /// <summary>Says that a resource writes no more; those who watch are told the end.</summary>
    /// <param name="resource">The resource.</param>
    public void Complete(IResource resource) => Complete((resource ?? throw new ArgumentNullException(nameof(resource))).Name);

    /// <summary>Says that a resource writes no more; those who watch are told the end.</summary>
    /// <param name="name">The resource.</param>
    public void Complete(string name) => Log(name).Complete();

    /// <summary>Ends every log.</summary>
    public void Dispose()
    {
        foreach (var log in _logs.Values)
            log.Complete();
        GC.SuppressFinalize(this);
    }

    // Raised on the writer's thread, one line at a time for a resource.
    internal event Action<string, LogLine>? Written;

    // Values that are never written to a log.
    internal void AddSecret(string value)
    {
        if (value.Length >= 8)
            _secrets.TryAdd(value, 0);
    }

    internal string Mask(string text)
    {
        foreach (var secret in _secrets.Keys)
            text = text.Replace(secret, "********", StringComparison.Ordinal);
        return text;
    }

    internal void Write(string resourceName, string line, bool isError)
    {
        Log(resourceName).Write(Mask(line), isError, written => Written?.Invoke(resourceName, written));
    }

    internal IReadOnlyList<string> Tail(string resourceName, int lines = 20) => Log(resourceName).Tail(lines);

    private ResourceLog Log(string name) => _logs.GetOrAdd(name, _ => new ResourceLog());

    private sealed class ResourceLog
    {
        private readonly Lock _gate = new();
        private readonly Queue<LogLine> _backlog = new();
        private readonly List<Channel<LogLine>> _watchers = [];
        private int _count;
        private bool _complete;

        public void Write(string content, bool isError, Action<LogLine> written)
        {
            lock (_gate)
            {
                var line = new LogLine(++_count, content, isError);
                _backlog.Enqueue(line);
                if (_backlog.Count > BacklogLines)
                    _backlog.Dequeue();
                foreach (var watcher in _watchers)
                    watcher.Writer.TryWrite(line);
                written(line);
            }
        }

        public IReadOnlyList<string> Tail(int lines)
        {
            lock (_gate)
                return [.. _backlog.TakeLast(lines).Select(line => line.Content)];
        }

        public void Complete()
        {
            lock (_gate)
            {
                _complete = true;
                foreach (var watcher in _watchers)
                    watcher.Writer.TryComplete();
            }
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var channel = Channel.CreateUnbounded<LogLine>(new UnboundedChannelOptions { SingleReader = true });
            lock (_gate)
            {
                foreach (var line in _backlog)
                    channel.Writer.TryWrite(line);
                if (_complete)
                    channel.Writer.TryComplete();
                _watchers.Add(channel);
            }
            try
            {
                while (await channel.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var batch = new List<LogLine>();
                    while (channel.Reader.TryRead(out var line))
                        batch.Add(line);
                    yield return batch;
                }
            }
            finally
            {
                lock (_gate)
                    _watchers.Remove(channel);
            }
        }
    }

    private sealed class ResourceLogger(ResourceLoggerService service, string resourceName) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var text = formatter(state, exception) + (exception is null ? "" : $" ({exception.Message})");
            foreach (var line in text.Split('\n'))
                service.Write(resourceName, line.TrimEnd('\r'), logLevel >= LogLevel.Error);
        }
    }
}

/// <summary>A line of a resource's log.</summary>
/// <param name="LineNumber">Counted from 1.</param>
/// <param name="Content">The text.</param>
/// <param name="IsErrorMessage">Whether it was written to standard error, or as an error.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);
