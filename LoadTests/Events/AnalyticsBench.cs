using System.CommandLine;

namespace Platform.LoadTests.Events;

/// <summary><c>bench analytics</c>: how much and how fast what happens in the database gets into Cosmos DB.</summary>
internal static class AnalyticsBench
{
    private static readonly Option<int> Events = new("--events") { Description = "How many events a round has.", DefaultValueFactory = _ => 40_000 };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How many rounds count.", DefaultValueFactory = _ => 5 };
    private static readonly Option<string[]> Parts = new("--parts")
    {
        Description = "Which figures: throughput, latency; both without.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["throughput", "latency"],
    };

    internal static Command Create()
    {
        var analytics = new Command("analytics", "The way into the event store next to a bare loop of the SDK.") { Events, Rounds, Parts };
        analytics.SetAction(RunAsync);
        return analytics;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var stack = await BenchStack.StartAsync(arguments, cancellationToken);
        var database = await stack.CreateDatabaseAsync("bench_analytics", fresh: true, cancellationToken);
        using var cosmos = await CosmosServer.StartAsync(cancellationToken);
        var (parts, reached) = (arguments.GetValue(Parts)!, true);
        if (parts.Contains("throughput"))
            reached &= await new IngestThroughput(database, cosmos, arguments.GetValue(Events)).RunAsync(arguments.GetValue(Rounds), cancellationToken);
        if (parts.Contains("latency"))
            reached &= await new EventLatency(database, cosmos).RunAsync(cancellationToken);
        return reached ? 0 : 1;
    }
}
