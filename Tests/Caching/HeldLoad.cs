namespace Platform.Tests.Caching;

/// <summary>A load that the test holds: it begins when a reader wants it, and ends when and how the test says.</summary>
internal sealed class HeldLoad<T>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<T> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>How often it began.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>What it was given to heed.</summary>
    public CancellationToken Given { get; private set; }

    /// <summary>Waits until it has begun, which it has not when the reader joined another.</summary>
    public Task BegunAsync() => _begun.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    public async ValueTask<T> RunAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        Given = cancellationToken;
        _begun.TrySetResult();
        return await _end.Task;
    }

    public void End(T value) => _end.TrySetResult(value);

    public void Fail(Exception error) => _end.TrySetException(error);
}
