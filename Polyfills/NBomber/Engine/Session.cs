using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.Reports;

namespace NBomber.Engine;

/// <summary>A test that runs: its scenarios prepare, warm up, are measured side by side, and tidy up.</summary>
internal sealed class Session : IBaseContext
{
    private readonly Lock _gate = new();
    private readonly LiveProgress _progress;
    private IReadOnlyList<ScenarioRun> _runs = [];
    private string? _stopReason;

    internal Session(NBomberContext context)
    {
        Context = context;
        _progress = new LiveProgress(context.ConsoleMetrics);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        TestInfo = new()
        {
            SessionId = FormattableString.Invariant($"{now:yyyy-MM-dd_HH.mm.ss}_session_{Guid.CreateVersion7().ToString("N")[^8..]}"),
            TestSuite = context.TestSuite,
            TestName = context.TestName,
            Created = now,
        };
    }

    internal NBomberContext Context { get; }

    public TestInfo TestInfo { get; }

    internal NodeInfo NodeInfo { get; } = new()
    {
        MachineName = Environment.MachineName,
        OS = RuntimeInformation.OSDescription,
        DotNetVersion = RuntimeInformation.FrameworkDescription,
        Processor = RuntimeInformation.ProcessArchitecture.ToString(),
        CoresCount = Environment.ProcessorCount,
        NBomberVersion = "6.1.0",
    };

    public NodeInfo GetNodeInfo() => NodeInfo;

    internal async Task<NodeStats> RunAsync()
    {
        SessionRules.Check(Context);
        try
        {
            return await RunPhasesAsync();
        }
        catch
        {
            NodeInfo.CurrentOperation = OperationType.Error;
            throw;
        }
        finally
        {
            foreach (var run in _runs)
                run.Dispose();
            foreach (var sink in Context.Sinks)
                sink.Dispose();
        }
    }

    public void StopScenario(string scenarioName, string reason)
    {
        _progress.Say($"{scenarioName} is stopped: {reason}");
        foreach (var run in Volatile.Read(ref _runs).Where(r => r.Scenario.ScenarioName == scenarioName))
            run.Stop();
    }

    public void StopCurrentTest(string reason)
    {
        lock (_gate)
        {
            if (_stopReason is not null)
                return;
            _stopReason = reason;
        }

        _progress.Say($"The test is stopped: {reason}");
        foreach (var run in Volatile.Read(ref _runs))
            run.Stop();
    }

    internal void Say(string line) => _progress.Say(line);

    private async Task<NodeStats> RunPhasesAsync()
    {
        NodeInfo.CurrentOperation = OperationType.Init;
        foreach (var sink in Context.Sinks)
            await sink.Init(this, new ConfigurationBuilder().Build());
        foreach (var scenario in Context.Scenarios.Where(s => s.Init is not null))
            await scenario.Init!(new InitContext(this, scenario, ScenarioOperation.Init));

        NodeInfo.CurrentOperation = OperationType.WarmUp;
        await Task.WhenAll(MakeRuns(ScenarioOperation.WarmUp).Select(r => r.RunAsync(Context.CompletionTimeout)));

        NodeInfo.CurrentOperation = OperationType.Bombing;
        var measurement = new Measurement(Context, MakeRuns(ScenarioOperation.Bombing), this, _progress);
        await measurement.RunAsync();

        NodeInfo.CurrentOperation = OperationType.Stop;
        await TidyUpAsync();
        NodeInfo.CurrentOperation = OperationType.Complete;
        return await FinishAsync(measurement);
    }

    private List<ScenarioRun> MakeRuns(ScenarioOperation operation)
    {
        foreach (var run in _runs)
            run.Dispose();
        var runs = Context.Scenarios
            .Where(s => s.Run is not null && (operation == ScenarioOperation.Bombing || s.WarmUp > TimeSpan.Zero))
            .Select((scenario, index) => new ScenarioRun(this, scenario, index, operation))
            .ToList();
        lock (_gate)
        {
            Volatile.Write(ref _runs, runs);
            // A stop that came between two phases found nothing to stop.
            if (_stopReason is not null)
                runs.ForEach(r => r.Stop());
        }

        return runs;
    }

    private async Task TidyUpAsync()
    {
        foreach (var scenario in Context.Scenarios.Where(s => s.Clean is not null))
        {
            try
            {
                await scenario.Clean!(new InitContext(this, scenario, ScenarioOperation.Clean));
            }
#pragma warning disable CA1031 // What was measured is worth more than what was not tidied up.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _progress.Say($"{scenario.ScenarioName} did not tidy up: {exception.Message}");
            }
        }
    }

    private async Task<NodeStats> FinishAsync(Measurement measurement)
    {
        var scenarios = measurement.Final();
        var stats = new NodeStats
        {
            TestInfo = TestInfo,
            NodeInfo = NodeInfo,
            ScenarioStats = scenarios,
            Thresholds = measurement.Thresholds,
            AllRequestCount = scenarios.Sum(s => s.AllRequestCount),
            AllOkCount = scenarios.Sum(s => s.AllOkCount),
            AllFailCount = scenarios.Sum(s => s.AllFailCount),
            AllBytes = scenarios.Sum(s => s.AllBytes),
            Duration = scenarios.Select(s => s.Duration).DefaultIfEmpty().Max(),
        };
        var report = new Report(stats, measurement.Timelines, _stopReason);
        stats.ReportFiles = await ReportFiles.WriteAsync(report, Context);
        foreach (var sink in Context.Sinks)
        {
            await sink.SaveFinalStats(stats);
            await sink.Stop();
        }

        _progress.Finish(report);
        return stats;
    }
}
