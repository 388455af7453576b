using System.CommandLine;
using System.Globalization;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using Platform.LoadTests.Run.Chaos;
using Platform.LoadTests.Run.Correctness;
using Platform.LoadTests.Run.Journeys;
using Platform.LoadTests.Run.Scenarios;
using Platform.LoadTests.Run.Stacks;

namespace Platform.LoadTests.Run;

/// <summary><c>run</c>: a load on the whole stack, held to the objectives, and judged for correctness afterwards.</summary>
internal static class RunCommand
{
    private static readonly Argument<string> Scenario = new("scenario") { Description = string.Join("; ", LoadScenarios.All.Select(scenario => $"{scenario.Key}: {scenario.Value}")) };
    private static readonly Option<string> Duration = new("--duration") { Description = "How long it is measured, such as 60s.", DefaultValueFactory = _ => "60s" };
    private static readonly Option<string> WarmUp = new("--warm-up") { Description = "How long before that it runs without being measured.", DefaultValueFactory = _ => "5s" };
    private static readonly Option<int> Rate = new("--rate") { Description = "Visits a second, of all kinds together.", DefaultValueFactory = _ => 100 };
    private static readonly Option<int> Subscribers = new("--subscribers") { Description = "How many listen to what is changed, in realtime and mixed.", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<string> Chaos = new("--chaos") { Description = $"What is done to the stack meanwhile, each with @ and a time or evenly spread: {string.Join(", ", ChaosStep.Known)}.", DefaultValueFactory = _ => "" };
    private static readonly Option<string> Folder = new("--reports") { Description = "Where reports are written.", DefaultValueFactory = _ => "reports" };
    private static readonly Option<string[]> Stack = new("--stack") { Description = "Addresses of the Api of a stack that runs; without it one is started.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> Realtime = new("--realtime") { Description = "Of a stack that runs: its realtime nodes.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["http://localhost:5200", "http://localhost:5201"] };
    private static readonly Option<string?> Postgres = new("--postgres") { Description = "Of a stack that runs: a superuser's connection string to its database." };
    private static readonly Option<string?> Cosmos = new("--cosmos") { Description = "Of a stack that runs: the connection string of its event store." };
    private static readonly Option<string?> AdminPassword = new("--admin-password") { Description = "Of a stack that runs: its administrator's." };

    internal static Command Create()
    {
        var run = new Command("run", "Load the whole stack, and judge what it did.") { Scenario, Duration, WarmUp, Rate, Subscribers, Chaos, Folder, Stack, Realtime, Postgres, Cosmos, AdminPassword };
        Scenario.AcceptOnlyFromAmong([.. LoadScenarios.All.Keys]);
        run.SetAction(RunAsync);
        return run;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            var options = Read(arguments);
            var (apis, realtime) = (Addresses("--stack", arguments.GetValue(Stack)), Addresses("--realtime", arguments.GetValue(Realtime)));
            var objectives = Objectives.Load();
            await using var own = apis.Length > 0 ? null : await OwnStack.StartAsync(cancellationToken);
            var stack = own?.Stack ?? new LoadedStack(apis, realtime)
            {
                Database = arguments.GetValue(Postgres), EventStore = arguments.GetValue(Cosmos), AdminPassword = arguments.GetValue(AdminPassword),
            };
            return await RunAsync(options, objectives, stack, own, cancellationToken) ? 0 : 1;
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or TimeoutException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    private static Uri[] Addresses(string option, string[]? given) => [.. (given ?? []).Select(text =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : throw new FormatException($"{option} must be addresses such as http://localhost:5100; '{text}' is none."))];

    private static RunOptions Read(ParseResult arguments)
    {
        var (scenario, duration, rate) = (arguments.GetValue(Scenario)!, Durations.Read("--duration", arguments.GetValue(Duration)!), arguments.GetValue(Rate));
        if (rate is < 1 or > 1_000_000)
            throw new FormatException("--rate must be from 1 to 1000000.");
        var chaos = ChaosStep.Read(arguments.GetValue(Chaos)!, duration);
        if (chaos.Count > 0 && arguments.GetValue(Stack) is { Length: > 0 })
            throw new FormatException("--chaos breaks only a stack that the run has started, not that of --stack.");
        return new RunOptions(scenario, duration, Durations.Read("--warm-up", arguments.GetValue(WarmUp)!), rate, scenario is "realtime" or "mixed" ? arguments.GetValue(Subscribers) : 0, chaos, arguments.GetValue(Folder)!);
    }

    private static async Task<bool> RunAsync(RunOptions options, IReadOnlyDictionary<string, Objective> objectives, LoadedStack stack, OwnStack? own, CancellationToken cancellationToken)
    {
        var tally = new Tally(objectives);
        // About half of those who want something find it sold out.
        var copies = LoadScenarios.Sells(options.Scenario) ? Math.Max(2, (int)(options.Rate * options.Duration.TotalSeconds * (options.Scenario == "checkout" ? 1 : 0.08) / 16)) : 0;
        await using var run = await LoadedRun.PrepareAsync(stack, tally, copies, options.Subscribers, cancellationToken);
        await using var judge = await Judge.BeginAsync(run, cancellationToken);
        if (run.Subscribers is { } subscribers)
            await subscribers.StartAsync(cancellationToken);
        var breaking = own is null ? Task.FromResult<ChaosDone[]>([]) : new ChaosRun(own.Application, run.Clock).RunAsync(options.Chaos, tally.Opened, cancellationToken);
        var stats = await Task.Run(() => NBomberRunner
            .RegisterScenarios([.. LoadScenarios.Of(options.Scenario, run).Select(visit => LoadScenarios.Describe(visit, run, options, objectives))])
            .WithTestSuite("platform").WithTestName(options.Scenario).WithReportFolder(options.Folder).WithReportFileName(options.Scenario).Run(), cancellationToken);
        // Where nothing was sent at all, nobody waits for it.
        tally.Open(run.Clock.Now);
        var chaos = await breaking;
        await judge.JudgeAsync(cancellationToken);

        var report = new RunReport(options, tally, chaos, judge.Verdict);
        string[] missed = [.. stats.Thresholds.Where(threshold => threshold.IsFailed).Select(Missed)];
        string[] lines = [.. report.Lines(), "", "## Objectives", "", .. missed.Length == 0 ? ["    all kept"] : missed.Select(line => $"    MISSED: {line}"), ""];
        Directory.CreateDirectory(options.Folder);
        await File.WriteAllLinesAsync(Path.Combine(options.Folder, $"{options.Scenario}-verdict.md"), [$"# {options.Scenario}", "", Machine.Line(judge.ServerVersion), "", .. lines], cancellationToken);
        await report.Result(Machine.Hardware).WriteAsync(Path.Combine(options.Folder, $"{options.Scenario}.json"), cancellationToken);
        foreach (var line in lines)
            await Console.Out.WriteLineAsync(line);
        // What is broken on purpose spends the budget; what is wrong is wrong all the same.
        return judge.Verdict.IsRight && (missed.Length == 0 || options.Chaos.Count > 0);
    }

    private static string Missed(ThresholdResult threshold) => string.Create(CultureInfo.InvariantCulture, $"{threshold.ScenarioName}{(threshold.StepName.Length > 0 ? $", {threshold.StepName}" : "")}: {threshold.CheckExpression}");
}
