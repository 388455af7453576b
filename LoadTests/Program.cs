using System.CommandLine;
using Platform.LoadTests;
using Platform.LoadTests.Access;
using Platform.LoadTests.Cache;
using Platform.LoadTests.Changes;
using Platform.LoadTests.Changes.Clients;
using Platform.LoadTests.Checkout;
using Platform.LoadTests.Events;
using Platform.LoadTests.Http;
using Platform.LoadTests.Race;
using Platform.LoadTests.Recommend;
using Platform.LoadTests.Run;
using Platform.LoadTests.Run.Comparing;

var bench = new Command("bench", "Measure one thing next to its limit, both in the same run.")
{
    ImportBench.Create(), EmbeddingBench.Create(), SearchBench.Create(), SeedBench.Create(), CacheBench.Create(), AccountsBench.Create(), CheckoutBench.Create(), PermissionBench.Create(), ChangesBench.Create(), AnalyticsBench.Create(), RecommendBench.Create(), ProjectionBench.Create(), CosmosBench.Create(), NBomberBench.Create(),
};
var soak = new Command("soak", "Use one thing for long and watch what it costs.") { RedisSoak.Create() };
var race = new Command("race", "Look for what must not happen.") { CacheRace.Create(), RaceNode.Create() };
var serve = new Command("serve", "A limit that others are measured by.") { BareServer.Create(), CheckedServer.Create(), BareHub.Create() };
var read = new Command("read", "Consume, and tell what came.") { ChangeConsumer.Create() };
var load = new Command("load", "Ask a server for as much as it can answer.") { HttpLoad.Create() };
var commands = new RootCommand("Measurements of Platform; LoadTests/README.md says how to read them.") { RunCommand.Create(), CompareCommand.Create(), bench, race, soak, serve, read, load };
bench.Options.Add(BenchStack.Postgres);
return await commands.Parse(args).InvokeAsync();

// Not public, as it would be by default: tests mean the Api's by that name.
internal sealed partial class Program;
