using System.IO.Pipelines;

namespace Pipelines.Sockets.Unofficial;

/// <summary>A few threads of its own for the continuations of pipes, so that they run when the thread pool is exhausted.</summary>
public sealed class DedicatedThreadPoolPipeScheduler : PipeScheduler, IDisposable
{
    private readonly Queue<(Action<object?> Action, object? State)> _queue = new();
    private readonly int _useThreadPoolQueueLength;
    private int _available;
    private bool _disposed;
    private long _servicedByQueue;
    private long _servicedByPool;

    /// <summary>Starts the threads.</summary>
    /// <param name="name">The threads' name.</param>
    /// <param name="workerCount">How many threads, 1 or more.</param>
    /// <param name="useThreadPoolQueueLength">How much may wait for them before the thread pool helps.</param>
    /// <param name="priority">The threads' priority.</param>
    public DedicatedThreadPoolPipeScheduler(
        string? name = null, int workerCount = 5, int useThreadPoolQueueLength = 10, ThreadPriority priority = ThreadPriority.Normal)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workerCount);
        WorkerCount = workerCount;
        _useThreadPoolQueueLength = useThreadPoolQueueLength;
        for (var i = 0; i < workerCount; i++)
        {
            new Thread(RunWorker)
            {
                IsBackground = true,
                Name = string.IsNullOrWhiteSpace(name) ? nameof(DedicatedThreadPoolPipeScheduler) : name.Trim(),
                Priority = priority,
            }.Start();
        }
    }

    /// <summary>How many threads there are.</summary>
    public int WorkerCount { get; }

    /// <summary>How many of them have nothing to do.</summary>
    public int AvailableCount => Volatile.Read(ref _available);

    /// <summary>How much the threads have run.</summary>
    public long TotalServicedByQueue => Interlocked.Read(ref _servicedByQueue);

    /// <summary>How much the thread pool has run: too much waited, or the scheduler was disposed.</summary>
    public long TotalServicedByPool => Interlocked.Read(ref _servicedByPool);

    /// <summary>Runs <paramref name="action"/> as soon as a thread is free. Never lost, and never on the calling thread.</summary>
    public override void Schedule(Action<object?> action, object? state)
    {
        lock (_queue)
        {
            if (!_disposed && _queue.Count < _useThreadPoolQueueLength)
            {
                _queue.Enqueue((action, state));
                Monitor.Pulse(_queue);
                return;
            }
        }

        Interlocked.Increment(ref _servicedByPool);
        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);
    }

    /// <summary>Lets the threads finish what waits and end; later work goes to the thread pool.</summary>
    public void Dispose()
    {
        lock (_queue)
        {
            _disposed = true;
            Monitor.PulseAll(_queue);
        }
    }

    private void RunWorker()
    {
        while (TryTake(out var work))
        {
            Interlocked.Increment(ref _servicedByQueue);
            work.Action(work.State);
        }
    }

    private bool TryTake(out (Action<object?> Action, object? State) work)
    {
        lock (_queue)
        {
            _available++;
            while (_queue.Count == 0 && !_disposed)
                Monitor.Wait(_queue);

            _available--;
            return _queue.TryDequeue(out work);
        }
    }
}
