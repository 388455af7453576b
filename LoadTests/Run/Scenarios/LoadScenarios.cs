using NBomber.Contracts;
using NBomber.CSharp;
using Platform.LoadTests.Run.Journeys;

namespace Platform.LoadTests.Run.Scenarios;

/// <summary>What can be run, by name: visits and their shares of the rate.</summary>
internal static class LoadScenarios
{
    /// <summary>All names, and what each is.</summary>
    internal static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["browse"] = "books are looked at, some very often, most seldom, while a few are changed",
        ["search"] = "books are looked for, by titles, parts of them, with typing errors",
        ["reading"] = "lists are gone through page by page, as in a library",
        ["checkout"] = "many order the same few things",
        ["realtime"] = "books are changed, and all who listen to them are told",
        ["recommendations"] = "books are recommended, by what is looked at meanwhile",
        ["mixed"] = "a day: all of it at once, rising, level, restless, falling",
    };

    /// <summary>Whether it sells something.</summary>
    internal static bool Sells(string scenario) => scenario is "checkout" or "mixed" or "recommendations";

    /// <summary>The visits of a scenario; those that write only where something can be written.</summary>
    internal static IReadOnlyList<Visit> Of(string scenario, LoadedRun run)
    {
        List<Visit?> visits = scenario switch
        {
            "browse" => [Browse(0.95), Edit(0.05)],
            "search" => [Search(1)],
            "reading" => [Read(1)],
            "checkout" => [Buy(1)],
            "realtime" => [Edit(1)],
            "recommendations" => [Recommend(0.8), Interact(0.2)],
            _ => [Browse(0.45), Search(0.15), Read(0.15), Buy(0.08), Recommend(0.08), Interact(0.04), Edit(0.05)],
        };
        return visits.OfType<Visit>().ToList() is { Count: > 0 } possible ? possible : throw new InvalidOperationException($"{scenario} writes, and nothing can be written without --admin-password.");

        Visit Browse(double share) => new("browse", "browse", share, new Browsing(run).RunAsync);
        Visit Read(double share) => new("reading", "browse", share, new Reading(run).RunAsync);
        Visit Search(double share) => new("search", "search", share, new Searching(run).RunAsync);
        Visit Recommend(double share) => new("recommendations", "recommendations", share, new Recommending(run).RunAsync);
        Visit Interact(double share) => new("interactions", null, share, new Interacting(run).RunAsync);
        Visit? Buy(double share) => run.Shop is { } shop ? new("checkout", "checkout", share, new Buying(run, shop).RunAsync) : null;
        Visit? Edit(double share) => run.Tracked is { } books
            ? new("edit", run.Subscribers is null ? null : "realtime", share, new Editing(run, books).RunAsync) { Step = Editing.Told }
            : null;
    }

    /// <summary>A visit as NBomber runs it.</summary>
    internal static ScenarioProps Describe(Visit visit, LoadedRun run, RunOptions options, IReadOnlyDictionary<string, Objective> objectives)
    {
        var scenario = Scenario.Create(visit.Name, async context =>
            {
                if (context.ScenarioInfo.ScenarioOperation == ScenarioOperation.Bombing)
                    run.Tally.Open(run.Clock.Now);
                return await visit.RunAsync(context);
            })
            .WithWarmUpDuration(options.WarmUp)
            .WithLoadSimulations(options.Scenario == "mixed" ? Day(options.Rate * visit.Share, options.Duration) : [Level(options.Rate * visit.Share, options.Duration)])
            // What is broken on purpose is to be seen to the end.
            .WithMaxFailCount(int.MaxValue);
        return visit.Journey is { } journey ? scenario.WithThresholds([.. Promised(objectives[journey], visit.Step)]) : scenario;
    }

    // Percentiles are those of the file where NBomber has them.
    private static IEnumerable<Threshold> Promised(Objective objective, string? step)
    {
        var (failures, limit, isTail) = (Math.Round((1 - objective.Availability) * 100, 6), objective.Threshold.TotalMilliseconds, objective.Fast > 0.95);
        if (step is not null)
        {
            yield return Threshold.Create(step, stats => stats.Fail.Request.Count * 100.0 <= failures * (stats.Ok.Request.Count + stats.Fail.Request.Count));
            yield return isTail ? Threshold.Create(step, stats => stats.Ok.Latency.Percent99 <= limit) : Threshold.Create(step, stats => stats.Ok.Latency.Percent95 <= limit);
            yield break;
        }

        yield return Threshold.Create(stats => stats.Fail.Request.Count * 100.0 <= failures * stats.AllRequestCount);
        yield return isTail ? Threshold.Create(stats => stats.Ok.Latency.Percent99 <= limit) : Threshold.Create(stats => stats.Ok.Latency.Percent95 <= limit);
    }

    private static LoadSimulation[] Day(double perSecond, TimeSpan duration)
    {
        var (rate, interval) = Paced(perSecond);
        return
        [
            Simulation.RampingInject(rate, interval, duration * 0.2),
            Simulation.Inject(rate, interval, duration * 0.4),
            Simulation.InjectRandom(Math.Max(1, rate / 2), rate + (rate / 2), interval, duration * 0.2),
            Simulation.RampingInject(Math.Max(1, rate / 4), interval, duration * 0.2),
        ];
    }

    private static LoadSimulation Level(double perSecond, TimeSpan duration) => Paced(perSecond) is var (rate, interval) ? Simulation.Inject(rate, interval, duration) : null!;

    // Less than one a second is one in so many seconds.
    private static (int Rate, TimeSpan Interval) Paced(double perSecond) => perSecond >= 1 ? ((int)Math.Round(perSecond), TimeSpan.FromSeconds(1)) : (1, TimeSpan.FromSeconds(1 / perSecond));
}
