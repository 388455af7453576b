namespace Aspire.Hosting.Engineless;

/// <summary>One life of a resource's process, from its wait for others to its end.</summary>
internal sealed class ProcessRun(CancellationToken stopping)
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChildProcess? _process;

    /// <summary>Completes when the process runs; fails when it will not.</summary>
    public Task Started => _started.Task;

    /// <summary>Completes when the run is over.</summary>
    public Task Over { get; set; } = Task.CompletedTask;

    /// <summary>Ends the run, as the end of the application does.</summary>
    public CancellationTokenSource Ended { get; } = CancellationTokenSource.CreateLinkedTokenSource(stopping);

    /// <summary>Ends the wait for others.</summary>
    public TaskCompletionSource WaitNoLonger { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What its process has to end in good order; this long when the application ends before anyone has said.</summary>
    public TimeSpan TimeToStop { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>The process, once there is one.</summary>
    public ChildProcess? Process
    {
        get => Volatile.Read(ref _process);
        set => Interlocked.Exchange(ref _process, value); // a fence: what is read next is not read before
    }

    public void Succeed() => _started.TrySetResult();

    public void Fail(Exception why)
    {
        _started.TrySetException(why);
        _ = _started.Task.Exception; // nobody may be waiting for it, and that is no fault
    }
}
