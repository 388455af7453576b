using System.Diagnostics;
using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace NBomber.Engine;

/// <summary>The measured part of a test: its scenarios run, and are looked at every second and every reporting interval.</summary>
internal sealed class Measurement(NBomberContext context, IReadOnlyList<ScenarioRun> runs, Session session, LiveProgress progress)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<ThresholdCheck> _thresholds = [.. runs.SelectMany(r => r.Scenario.Thresholds.Select(t => new ThresholdCheck(r.Scenario.ScenarioName, t)))];

    internal IReadOnlyList<Timeline> Timelines { get; } = [.. runs.Select(r => new Timeline(r))];

    internal ThresholdResult[] Thresholds => [.. _thresholds.Select(t => t.Result)];

    internal async Task RunAsync()
    {
        foreach (var sink in context.Sinks)
            await sink.Start(new SessionStartInfo([.. runs.Select(r => new ScenarioStartInfo(r.Scenario.ScenarioName, r.Index))]));
        using var over = new CancellationTokenSource();
        var watching = WatchAsync(over.Token);
        try
        {
            await Task.WhenAll(runs.Select(r => r.RunAsync(context.CompletionTimeout)));
        }
        finally
        {
            await over.CancelAsync();
            await watching;
        }

        Look();
        // What is left is no whole interval, too short to be held to anything; the check of the whole test follows.
        await ReportAsync(check: false);
    }

    /// <summary>The figures of the whole measurement, held to the thresholds.</summary>
    internal ScenarioStats[] Final()
    {
        var stats = Timelines.Select(t => t.Final()).ToArray();
        foreach (var threshold in _thresholds)
            threshold.CheckFinal(stats.Get(threshold.Result.ScenarioName));
        return stats;
    }

    private async Task WatchAsync(CancellationToken over)
    {
        using var timer = new PeriodicTimer(context.ReportingInterval < LookEvery ? context.ReportingInterval : LookEvery);
        var reported = Stopwatch.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                Look();
                if (Stopwatch.GetElapsedTime(reported) + (LookEvery / 2) < context.ReportingInterval)
                    continue;
                reported = Stopwatch.GetTimestamp();
                await ReportAsync(check: true);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The scenarios are over.
        }
    }

    private void Look()
    {
        foreach (var timeline in Timelines)
            timeline.Look();
        progress.Show(Timelines);
    }

    private async Task ReportAsync(bool check)
    {
        var stats = Timelines.Select(t => t.Report()).OfType<ScenarioStats>().ToArray();
        if (stats.Length == 0)
            return;
        if (check)
            Check(stats);
        foreach (var sink in context.Sinks)
            await sink.SaveRealtimeStats(stats);
    }

    private void Check(ScenarioStats[] interval)
    {
        foreach (var threshold in _thresholds)
        {
            var run = runs.First(r => r.Scenario.ScenarioName == threshold.Result.ScenarioName);
            if (interval.Find(run.Scenario.ScenarioName) is { } stats && threshold.CheckInterval(stats, run.Elapsed))
                session.StopCurrentTest($"{run.Scenario.ScenarioName}: {threshold.Result.CheckExpression} did not hold, the {threshold.Result.ErrorCount}. time.");
        }
    }
}
