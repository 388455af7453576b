using System.CommandLine;
using Platform.LoadTests;

var bench = new Command("bench", "Measure one thing next to its limit, both in the same run.") { ImportBench.Create(), EmbeddingBench.Create(), SearchBench.Create(), SeedBench.Create() };
var soak = new Command("soak", "Use one thing for long and watch what it costs.") { RedisSoak.Create() };
var commands = new RootCommand("Measurements of Platform; LoadTests/README.md says how to read them.") { bench, soak };
bench.Options.Add(BenchStack.Postgres);
return await commands.Parse(args).InvokeAsync();
