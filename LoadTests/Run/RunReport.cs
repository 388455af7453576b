using System.Globalization;
using Platform.LoadTests.Run.Chaos;
using Platform.LoadTests.Run.Correctness;
using Platform.LoadTests.Run.Journeys;

namespace Platform.LoadTests.Run;

/// <summary>What a run says at its end, besides NBomber's own reports.</summary>
internal sealed class RunReport(RunOptions options, Tally tally, IReadOnlyList<ChaosDone> chaos, Verdict verdict)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>For people.</summary>
    internal IEnumerable<string> Lines() => [.. Journeys(), .. Faults(), "", "## Correctness", "", .. verdict.Lines().Select(line => $"    {line}")];

    /// <summary>For a comparison with another run.</summary>
    internal RunResult Result(string machine) => new(options.Scenario, machine, [.. tally.Journeys.SelectMany(Figures)]);

    private IEnumerable<string> Journeys()
    {
        yield return "## Journeys and the budget of their objectives";
        yield return "";
        yield return "| journey | objective | promised | requests | not so | kept | burn rate | of 30 days' budget |";
        yield return "|---|---|---|---|---|---|---|---|";
        foreach (var spent in BudgetSpent.Of(tally, options.Duration))
        {
            var threshold = spent.Slo == "latency" ? string.Create(CultureInfo.InvariantCulture, $" in {tally.Journeys.First(journey => journey.Journey == spent.Journey).Threshold.TotalMilliseconds:0} ms") : "";
            yield return string.Create(CultureInfo.InvariantCulture,
                $"| {spent.Journey} | {spent.Slo} | {spent.Objective:P1}{threshold} | {spent.All:N0} | {spent.Bad:N0} | {(spent.All == 0 ? 1 : 1 - ((double)spent.Bad / spent.All)):P2} | {spent.BurnRate:0.##} | {spent.Spent:P3} |");
        }
    }

    private IEnumerable<string> Faults()
    {
        if (chaos.Count == 0)
            yield break;
        var opened = tally.Opened.Result;
        yield return "";
        yield return "## Faults";
        yield return "";
        yield return "| fault | at | mended after | journey | failed | slow | kept again after |";
        yield return "|---|---|---|---|---|---|---|";
        foreach (var (n, fault) in chaos.Index())
        {
            var until = n + 1 < chaos.Count ? chaos[n + 1].Began : TimeSpan.MaxValue;
            foreach (var journey in tally.Journeys)
            {
                var counts = tally.Count(journey.Journey, fault.Began, until);
                var lastBad = tally.LastBad(journey.Journey, fault.Began, until);
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"| {fault.Name} | {(fault.Began - opened).TotalSeconds:0.0} s | {(fault.Ended - fault.Began).TotalSeconds:0.0} s | {journey.Journey} | {counts.Failed:N0} of {counts.All:N0} | {counts.Slow:N0} | {(lastBad is { } last ? $"{(last - fault.Began).TotalSeconds:0} s" : "at once")} |");
            }
        }
    }

    private IEnumerable<RunResult.Figure> Figures(Objective journey)
    {
        var opened = tally.Opened.Result;
        var seconds = Enumerable.Range(0, Math.Max(1, (int)options.Duration.TotalSeconds)).Select(n => tally.Of(journey.Journey, opened + (Second * n), opened + (Second * (n + 1))).ToArray()).ToArray();
        yield return new($"{journey.Journey}, good answers", "1/s", LessIsBetter: false, [.. seconds.Select(second => (double)second.Count(request => request.IsGood))]);
        foreach (var percent in new[] { 50, 95 })
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{journey.Journey}, p{percent}"), "ms", LessIsBetter: true, [.. seconds.Where(second => second.Any(request => request.IsGood)).Select(second => Percentile(second, percent))]);
    }

    private static double Percentile(Tally.Request[] requests, int percent)
    {
        var measured = new Measured("", "ms");
        foreach (var request in requests.Where(request => request.IsGood))
            measured.Add(request.Took.TotalMilliseconds);
        return measured.Percentile(percent);
    }
}
