using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Projections.Feed;
using Platform.Analytics.Projections.Generations;

namespace Platform.LoadTests.Events;

/// <summary><c>bench projections</c>: how fast all projections are built anew, next to reading the change feed and doing nothing.</summary>
internal static class ProjectionBench
{
    private static readonly Option<int> Events = new("--events") { Description = "How many events there are.", DefaultValueFactory = _ => 1_000_000 };

    internal static Command Create()
    {
        var projections = new Command("projections", "A rebuild of all projections next to the bare change feed.") { Events };
        projections.SetAction(async (arguments, cancellationToken) =>
        {
            using var cosmos = await CosmosServer.StartAsync(cancellationToken);
            return await RunAsync(cosmos, arguments.GetValue(Events), cancellationToken);
        });
        return projections;
    }

    private static async Task<int> RunAsync(CosmosServer cosmos, int events, CancellationToken cancellationToken)
    {
        using var atOnce = cosmos.CreateClient(gathers: false);
        using var gathering = cosmos.CreateClient(gathers: true);
        var containers = new ProjectionContainers(atOnce, gathering, new EventStoreOptions("projections", 100, 2_000));
        await containers.MakeAsync(cancellationToken);
        var clock = Stopwatch.StartNew();
        await ShopEvents.WriteAsync(gathering.GetContainer("projections", containers.Events.Id), events, cancellationToken);
        await SayAsync($"{events:N0} events written in {clock.Elapsed.TotalSeconds:N0} s");

        var (feed, rebuild) = (new Measured("bare change feed", "events/s"), new Measured("rebuild of all projections", "events/s"));
        var projectors = new GenerationProjectors(containers, ProjectionOptions.Default, TimeProvider.System);
        // Once of each is not counted, as everywhere; of this one a part is enough.
        await ReadAsync(containers.Events, events, cancellationToken);
        await BuildAsync(projectors, generation: 1, Math.Min(events, 50_000), cancellationToken);
        await projectors.RemoveAsync(1, cancellationToken);

        feed.Add(await ReadAsync(containers.Events, events, cancellationToken));
        rebuild.Add(await BuildAsync(projectors, generation: 2, events, cancellationToken));
        await SayAsync($"{feed}\n{rebuild}\n{rebuild.Median / feed.Median:P0} of the bare feed; this process took {Process.GetCurrentProcess().PeakWorkingSet64 / 1_048_576.0:N0} MB at most");
        await SayAsync(Machine.Line("none"));
        return 0;
    }

    private static async Task<double> ReadAsync(Container events, int count, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var rows = 0;
        using var feed = events.GetChangeFeedIterator<JsonElement>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.LatestVersion, new ChangeFeedRequestOptions { PageSizeHint = EventFeed.MostInAnswer });
        while (rows < count)
            rows += (await feed.ReadNextAsync(cancellationToken)).Count;
        return rows / clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> BuildAsync(GenerationProjectors projectors, int generation, int count, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var projector = await projectors.OpenAsync(generation, cancellationToken);
        while (projector.Checkpoint.Events < count)
            await projector.StepAsync(cancellationToken);
        return projector.Checkpoint.Events / clock.Elapsed.TotalSeconds;
    }

    private static Task SayAsync(string text) => Console.Out.WriteLineAsync(text);
}
