using Pipelines.Sockets.Unofficial;

namespace Platform.Tests.Polyfills.Sockets;

public sealed class SchedulerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_runs_on_the_named_threads_and_beyond_the_limit_in_the_pool()
    {
        using var scheduler = new DedicatedThreadPoolPipeScheduler("clerk", workerCount: 2, useThreadPoolQueueLength: 3);
        var names = new TaskCompletionSource<string?>[10];
        using var gate = new ManualResetEventSlim();
        using var busy = new CountdownEvent(2);

        // Both workers are held, so three pieces of work wait and the rest goes to the pool.
        for (var i = 0; i < 2; i++)
        {
            scheduler.Schedule(
                _ =>
                {
                    busy.Signal();
                    gate.Wait(Soon, CancellationToken.None);
                },
                null);
        }

        Assert.True(busy.Wait(Soon, Cancellation));
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            scheduler.Schedule(state => ((TaskCompletionSource<string?>)state!).SetResult(Thread.CurrentThread.Name), names[i]);
        }

        var fromPool = await Task.WhenAll(names[3..].Select(name => name.Task)).WaitAsync(Soon, Cancellation);
        var available = scheduler.AvailableCount;
        gate.Set();
        var fromWorkers = await Task.WhenAll(names[..3].Select(name => name.Task)).WaitAsync(Soon, Cancellation);

        Assert.All(fromWorkers, name => Assert.Equal("clerk", name));
        Assert.All(fromPool, name => Assert.NotEqual("clerk", name));
        Assert.Equal(0, available);
        Assert.Equal(2, scheduler.WorkerCount);
        Assert.Equal(7, scheduler.TotalServicedByPool);
        Assert.Equal(5, scheduler.TotalServicedByQueue);
    }

    [Fact]
    public async Task After_disposal_nothing_is_lost()
    {
        var scheduler = new DedicatedThreadPoolPipeScheduler(workerCount: 1);
        var done = new CountdownEvent(200);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        for (var i = 0; i < 200; i++)
        {
            if (i == 100)
                scheduler.Dispose();
            scheduler.Schedule(
                _ =>
                {
                    if (done.Signal())
                        all.SetResult();
                },
                null);
        }

        await all.Task.WaitAsync(Soon, Cancellation);

        Assert.Equal(200, scheduler.TotalServicedByPool + scheduler.TotalServicedByQueue);
    }
}
