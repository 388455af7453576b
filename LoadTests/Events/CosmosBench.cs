using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.Azure.Cosmos;

namespace Platform.LoadTests.Events;

/// <summary><c>bench cosmos</c>: what the development emulator of Cosmos DB takes for many items, and for a search among vectors.</summary>
internal static class CosmosBench
{
    private const int Vectors = 100_000;
    private const int Dimensions = 64;
    private const int Nearest = 10;
    private const int MostAtOnce = 10_000;
    private const double MegabytesGoal = 2_048;
    private const double MillisecondsGoal = 60;

    private static readonly Option<int> Items = new("--items") { Description = "How many small items are kept.", DefaultValueFactory = _ => 1_000_000 };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How many searches count.", DefaultValueFactory = _ => 50 };
    private static readonly ItemRequestOptions Quiet = new() { EnableContentResponseOnWrite = false };

    internal static Command Create()
    {
        var cosmos = new Command("cosmos", "The emulator's memory and vector search.") { Items, Rounds };
        cosmos.SetAction(async (arguments, cancellationToken) =>
        {
            var isReached = await SearchAsync(arguments.GetValue(Rounds), cancellationToken);
            return await KeepAsync(arguments.GetValue(Items), cancellationToken) && isReached ? 0 : 1;
        });
        return cosmos;
    }

    private static async Task<bool> SearchAsync(int rounds, CancellationToken cancellationToken)
    {
        using var server = await CosmosServer.StartAsync(cancellationToken);
        using var client = server.CreateClient(gathers: true);
        using var asking = server.CreateClient(gathers: false);
        var random = new Random(1);
        var vectors = new float[Vectors * Dimensions];
        for (var n = 0; n < vectors.Length; n++)
            vectors[n] = random.NextSingle() - 0.5f;
        Microsoft.Azure.Cosmos.Database database = await client.CreateDatabaseAsync("bench", cancellationToken: cancellationToken);
        var properties = new ContainerProperties("vectors", "/set")
        {
            VectorEmbeddingPolicy = new VectorEmbeddingPolicy([new Embedding { Path = "/embedding", DataType = VectorDataType.Float32, Dimensions = Dimensions, DistanceFunction = DistanceFunction.DotProduct }]),
        };
        Container container = await database.CreateContainerAsync(properties, cancellationToken: cancellationToken);
        await WriteAsync(container, Vectors, n => (new { id = Id(n), set = "all", embedding = vectors.AsSpan(n * Dimensions, Dimensions).ToArray() }, "all"), cancellationToken);

        var figure = new Measured("nearest 10 of 100,000 x 64, by the SDK", "ms");
        var limit = new Measured("the same products in memory", "ms");
        var searched = asking.GetContainer("bench", "vectors");
        await Measured.AgainstAsync(rounds,
            (limit, () => Task.FromResult(Scan(vectors, vectors.AsSpan(0, Dimensions)))),
            (figure, () => AskAsync(searched, vectors.AsMemory(0, Dimensions).ToArray(), cancellationToken)));
        var isReached = figure.Median < MillisecondsGoal;
        await SayAsync($"{limit}\n{figure}\nvector search p50 {figure.Median:N1} ms, goal under {MillisecondsGoal}: {(isReached ? "reached" : "MISSED")}");
        return isReached;
    }

    private static async Task<bool> KeepAsync(int items, CancellationToken cancellationToken)
    {
        using var server = await CosmosServer.StartAsync(cancellationToken);
        using var client = server.CreateClient(gathers: true);
        Microsoft.Azure.Cosmos.Database database = await client.CreateDatabaseAsync("bench", cancellationToken: cancellationToken);
        Container container = await database.CreateContainerAsync("items", "/tenant", cancellationToken: cancellationToken);
        var clock = Stopwatch.StartNew();
        await WriteAsync(container, items, n => (new { id = Id(n), tenant = Id(n % 1_000), title = "The Mill on the Floss", number = n }, Id(n % 1_000)), cancellationToken);
        var megabytes = server.Megabytes;
        var isReached = megabytes < MegabytesGoal;
        await SayAsync(FormattableString.Invariant($"{items:N0} small items, written by bulk at {items / clock.Elapsed.TotalSeconds:N0}/s, take {megabytes:N0} MB of the emulator's process, goal under {MegabytesGoal:N0}: {(isReached ? "reached" : "MISSED")}"));
        await SayAsync(Machine.Line("none"));
        return isReached;
    }

    private static async Task WriteAsync<T>(Container container, int count, Func<int, (T Item, string Partition)> make, CancellationToken cancellationToken)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(MostAtOnce))
        {
            await Task.WhenAll(some.Select(n =>
            {
                var (item, partition) = make(n);
                return container.CreateItemAsync(item, new PartitionKey(partition), Quiet, cancellationToken);
            }));
        }
    }

    private static async Task<double> AskAsync(Container container, float[] vector, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var query = new QueryDefinition($"SELECT TOP {Nearest} VALUE c.id FROM c ORDER BY VectorDistance(c.embedding, @vector)").WithParameter("@vector", vector);
        using var pages = container.GetItemQueryIterator<string>(query, requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey("all") });
        var found = 0;
        while (pages.HasMoreResults)
            found += (await pages.ReadNextAsync(cancellationToken)).Count;
        return found == Nearest ? clock.Elapsed.TotalMilliseconds : throw new InvalidOperationException($"{found} were found.");
    }

    private static double Scan(float[] vectors, ReadOnlySpan<float> vector)
    {
        var clock = Stopwatch.StartNew();
        var best = float.MinValue;
        for (var n = 0; n < Vectors; n++)
            best = Math.Max(best, TensorPrimitives.Dot(vectors.AsSpan(n * Dimensions, Dimensions), vector));
        return best > float.MinValue ? clock.Elapsed.TotalMilliseconds : double.NaN;
    }

    private static string Id(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Task SayAsync(string text) => Console.Out.WriteLineAsync(text);
}
