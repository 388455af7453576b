using System.Collections.Concurrent;
using System.Diagnostics;
using NBomber.Contracts;

namespace NBomber.Engine;

/// <summary>A scenario that runs: its iterations and what is measured of them. <c>ScenarioRun.Pacing.cs</c> says when they begin.</summary>
internal sealed partial class ScenarioRun : IDisposable
{
    private readonly ScenarioOperation _operation;
    private readonly TimeSpan _limit;
    private readonly ConcurrentBag<ScenarioContext> _all = [];
    private readonly ConcurrentQueue<ScenarioContext> _free = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _started;
    private long _lastEnd;
    private int _instances;
    private int _underWay = 1;
    private int _failures;

    internal ScenarioRun(Session session, ScenarioProps scenario, int index, ScenarioOperation operation)
    {
        (Session, Scenario, Index, _operation) = (session, scenario, index, operation);
        _limit = operation == ScenarioOperation.WarmUp && scenario.WarmUp < scenario.Duration ? scenario.WarmUp : scenario.Duration;
    }

    internal Session Session { get; }

    internal ScenarioProps Scenario { get; }

    internal int Index { get; }

    internal ScenarioRecorder Recorder { get; } = new();

    internal CancellationToken Stopping => _stopping.Token;

    internal TimeSpan Elapsed => _started == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_started);

    /// <summary>Iterations that have begun and are not over.</summary>
    internal int UnderWay => Math.Max(0, Volatile.Read(ref _underWay) - (Volatile.Read(ref _paced) ? 0 : 1));

    /// <summary>From the start to the end of the load, or to that of the last iteration: the time that throughput refers to.</summary>
    internal TimeSpan Measured
    {
        get
        {
            var ended = Volatile.Read(ref _lastEnd);
            var load = Volatile.Read(ref _paced) ? _pacedFor : Elapsed;
            return ended == 0 || Stopwatch.GetElapsedTime(_started, ended) is var last && last < load ? load : last;
        }
    }

    private ScenarioInfo Info(int number) => new(Scenario.ScenarioName, number, Scenario.Duration, _operation);

    /// <summary>Begins no further iteration, and tells those under way that it is over.</summary>
    internal void Stop() => _stopping.Cancel();

    /// <summary>Runs the simulations, then waits for what is under way, at most for the timeout.</summary>
    internal async Task RunAsync(TimeSpan completionTimeout)
    {
        _started = Stopwatch.GetTimestamp();
        await Task.Factory.StartNew(Pace, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        // Whoever waits for what never comes, as subscribers do, ends now; a request that is merely slow may end in its time.
        await _stopping.CancelAsync();
        Release();
        await Task.WhenAny(_idle.Task, Task.Delay(completionTimeout));
        if (!_idle.Task.IsCompleted)
            RecordOverdue();
    }

    /// <summary>One iteration that was injected.</summary>
    internal async Task RunInjectedAsync(ScenarioContext context)
    {
        await IterateAsync(context, injected: true);
        _free.Enqueue(context);
        Release();
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Iterations one after another, until the copy is one too many.</summary>
    private async Task RunCopyAsync(int number)
    {
        var context = NewContext();
        while (number < Volatile.Read(ref _copies) && !_stopping.IsCancellationRequested)
        {
            context.Begin(Stopwatch.GetTimestamp());
            await IterateAsync(context, injected: false);
        }

        Release();
    }

    private async ValueTask IterateAsync(ScenarioContext context, bool injected)
    {
        IResponse response;
        try
        {
            response = await Scenario.Run!(context) ?? throw new InvalidOperationException("The scenario returned no response.");
        }
        catch (StepFailedException failed)
        {
            response = failed.Response;
        }
        catch (OperationCanceledException) when (!injected && _stopping.IsCancellationRequested)
        {
            // The end cut it off, and nothing had said that it was to begin. An injected one was due: that counts.
            context.TryEnd(out _);
            return;
        }
#pragma warning disable CA1031 // Whatever an iteration throws is what became of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            response = Failure.Of<object>(exception);
        }

        if (!context.TryEnd(out var latency))
            return;
        Recorder.Record(latency, response);
        Volatile.Write(ref _lastEnd, Stopwatch.GetTimestamp());
        if (response.IsError && Interlocked.Increment(ref _failures) == Scenario.MaxFailCount && _operation == ScenarioOperation.Bombing)
            Session.StopCurrentTest($"{Scenario.ScenarioName}: {Scenario.MaxFailCount} failures.");
    }

    /// <summary>What never ended is the slowest of all, and leaving it out would be the kindest lie.</summary>
    private void RecordOverdue()
    {
        var overdue = 0;
        foreach (var context in _all)
        {
            if (!context.TryEnd(out var latency))
                continue;
            Recorder.Record(latency, Failure.Timeout<object>());
            overdue++;
        }

        if (overdue > 0)
            Session.Say($"{Scenario.ScenarioName}: {overdue} iterations did not end; they count as failed.");
    }

    private ScenarioContext NewContext()
    {
        var context = new ScenarioContext(this, Info(Interlocked.Increment(ref _instances) - 1));
        _all.Add(context);
        return context;
    }

    private void Release()
    {
        // The pacing itself counts as one until it is over, so nothing is idle before its last iteration has begun.
        if (Interlocked.Decrement(ref _underWay) == 0)
            _idle.SetResult();
    }
}
