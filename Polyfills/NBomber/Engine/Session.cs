using System.Runtime.InteropServices;
using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace NBomber.Engine;

/// <summary>A test that runs: its scenarios prepare, warm up, are measured side by side, and tidy up.</summary>
internal sealed class Session
{
    private readonly NBomberContext _context;
    private readonly Lock _gate = new();
    private IReadOnlyList<ScenarioRun> _runs = [];
    private string? _stopReason;

    internal Session(NBomberContext context)
    {
        _context = context;
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        TestInfo = new()
        {
            SessionId = FormattableString.Invariant($"{now:yyyy-MM-dd_HH.mm.ss}_session_{Guid.CreateVersion7().ToString("N")[^8..]}"),
            TestSuite = context.TestSuite,
            TestName = context.TestName,
            Created = now,
        };
    }

    internal TestInfo TestInfo { get; }

    internal NodeInfo NodeInfo { get; } = new()
    {
        MachineName = Environment.MachineName,
        OS = RuntimeInformation.OSDescription,
        DotNetVersion = RuntimeInformation.FrameworkDescription,
        Processor = RuntimeInformation.ProcessArchitecture.ToString(),
        CoresCount = Environment.ProcessorCount,
        NBomberVersion = "6.1.0",
    };

    internal async Task<NodeStats> RunAsync()
    {
        SessionRules.Check(_context);
        await PrepareAsync();
        await WarmUpAsync();
        NodeInfo.CurrentOperation = OperationType.Bombing;
        await RunAllAsync(ScenarioOperation.Bombing);
        NodeInfo.CurrentOperation = OperationType.Stop;
        await TidyUpAsync();
        NodeInfo.CurrentOperation = OperationType.Complete;
        return Result();
    }

    internal void StopScenario(string name, string reason)
    {
        Say($"{name} is stopped: {reason}");
        foreach (var run in _runs.Where(r => r.Scenario.ScenarioName == name))
            run.Stop();
    }

    internal void Stop(string reason)
    {
        lock (_gate)
        {
            if (_stopReason is not null)
                return;
            _stopReason = reason;
        }

        Say($"The test is stopped: {reason}");
        foreach (var run in _runs)
            run.Stop();
    }

    internal static void Say(string line) => Console.Error.WriteLine($"nbomber: {line}");

    private async Task PrepareAsync()
    {
        NodeInfo.CurrentOperation = OperationType.Init;
        foreach (var scenario in _context.Scenarios.Where(s => s.Init is not null))
            await scenario.Init!(new InitContext(this, scenario, ScenarioOperation.Init));
    }

    private async Task WarmUpAsync()
    {
        if (_context.Scenarios.All(s => s.Run is null || s.WarmUp == TimeSpan.Zero))
            return;
        NodeInfo.CurrentOperation = OperationType.WarmUp;
        await RunAllAsync(ScenarioOperation.WarmUp);
    }

    private async Task RunAllAsync(ScenarioOperation operation)
    {
        lock (_gate)
        {
            _runs = [.. _context.Scenarios.Where(s => s.Run is not null && (operation == ScenarioOperation.Bombing || s.WarmUp > TimeSpan.Zero))
                .Select((scenario, index) => new ScenarioRun(this, scenario, index, operation))];
            if (_stopReason is not null)
                return;
        }

        await Task.WhenAll(_runs.Select(r => r.RunAsync(_context.CompletionTimeout)));
    }

    private async Task TidyUpAsync()
    {
        foreach (var scenario in _context.Scenarios.Where(s => s.Clean is not null))
        {
            try
            {
                await scenario.Clean!(new InitContext(this, scenario, ScenarioOperation.Clean));
            }
#pragma warning disable CA1031 // What was measured is worth more than what was not tidied up.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Say($"{scenario.ScenarioName} did not tidy up: {exception.Message}");
            }
        }
    }

    private NodeStats Result()
    {
        var scenarios = _runs.Select(r => r.Recorder.Snapshot().ToStats(r.Scenario.ScenarioName, r.Index, r.Measured, OperationType.Complete, r.Load)).ToArray();
        return new()
        {
            TestInfo = TestInfo,
            NodeInfo = NodeInfo,
            ScenarioStats = scenarios,
            AllRequestCount = scenarios.Sum(s => s.AllRequestCount),
            AllOkCount = scenarios.Sum(s => s.AllOkCount),
            AllFailCount = scenarios.Sum(s => s.AllFailCount),
            AllBytes = scenarios.Sum(s => s.AllBytes),
            Duration = scenarios.Select(s => s.Duration).DefaultIfEmpty().Max(),
        };
    }
}
