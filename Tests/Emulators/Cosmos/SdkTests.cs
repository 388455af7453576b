using System.Net;
using Microsoft.Azure.Cosmos;

namespace Platform.Tests.Emulators.Cosmos;

/// <summary>The genuine SDK against the emulator.</summary>
public sealed class SdkTests(CosmosFixture fixture) : IClassFixture<CosmosFixture>
{
    private readonly CosmosEmulator _emulator = fixture.Emulator;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    private sealed record Note(string Id, string? Tenant, int N, string? Text = null, string? _etag = null, long _ts = 0, int? Ttl = null, float[]? Embedding = null);

    [Fact]
    public async Task Databases_and_containers_are_made_read_replaced_listed_and_removed()
    {
        var client = _emulator.Client;
        var made = await client.CreateDatabaseIfNotExistsAsync("made", cancellationToken: Ended);
        var again = await client.CreateDatabaseIfNotExistsAsync("made", cancellationToken: Ended);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (made.StatusCode, again.StatusCode));
        Database database = made;
        var properties = new ContainerProperties("vec", "/tenant")
        {
            DefaultTimeToLive = 3600,
            VectorEmbeddingPolicy = new VectorEmbeddingPolicy([new Embedding { Path = "/embedding", DataType = VectorDataType.Float32, Dimensions = 2, DistanceFunction = DistanceFunction.Cosine }]),
        };
        properties.IndexingPolicy.VectorIndexes.Add(new VectorIndexPath { Path = "/embedding", Type = VectorIndexType.DiskANN });
        Container container = await database.CreateContainerIfNotExistsAsync(properties, cancellationToken: Ended);
        ContainerProperties read = await container.ReadContainerAsync(cancellationToken: Ended);
        Assert.Equal("/tenant", read.PartitionKeyPath);
        Assert.Equal(3600, read.DefaultTimeToLive);
        Assert.Equal(2, (int)read.VectorEmbeddingPolicy.Embeddings[0].Dimensions);
        read.DefaultTimeToLive = 60;
        Assert.Equal(60, (await container.ReplaceContainerAsync(read, cancellationToken: Ended)).Resource.DefaultTimeToLive);
        Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<CosmosException>(() => database.CreateContainerAsync("vec", "/tenant", cancellationToken: Ended))).StatusCode);
        var names = new List<string>();
        using (var list = database.GetContainerQueryIterator<ContainerProperties>())
        {
            while (list.HasMoreResults)
                names.AddRange((await list.ReadNextAsync(cancellationToken: Ended)).Select(one => one.Id));
        }

        Assert.Equal(["vec"], names);
        await container.DeleteContainerAsync(cancellationToken: Ended);
        var gone = await Assert.ThrowsAsync<CosmosException>(() => container.ReadItemAsync<Note>("x", new PartitionKey("t"), cancellationToken: Ended));
        Assert.Equal((HttpStatusCode.NotFound, 1003), (gone.StatusCode, gone.SubStatusCode));
        await database.DeleteAsync(cancellationToken: Ended);
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<CosmosException>(() => database.ReadAsync(cancellationToken: Ended))).StatusCode);
    }

    [Fact]
    public async Task Items_are_created_read_upserted_replaced_patched_and_deleted()
    {
        var container = await _emulator.CreateContainerAsync();
        var key = new PartitionKey("t 1/é");
        var created = await container.CreateItemAsync(new Note("a b%é'\"", "t 1/é", 1), key, cancellationToken: Ended);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var read = await container.ReadItemAsync<Note>("a b%é'\"", key, cancellationToken: Ended);
        Assert.Equal((1, created.ETag, created.ETag), (read.Resource.N, read.ETag, read.Resource._etag));
        Assert.True(read.RequestCharge >= 1);
        Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<CosmosException>(() => container.CreateItemAsync(new Note("a b%é'\"", "t 1/é", 1), key, cancellationToken: Ended))).StatusCode);
        var upserted = await container.UpsertItemAsync(read.Resource with { N = 2 }, key, cancellationToken: Ended);
        Assert.Equal(HttpStatusCode.OK, upserted.StatusCode);
        var stale = new ItemRequestOptions { IfMatchEtag = created.ETag };
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Assert.ThrowsAsync<CosmosException>(() => container.ReplaceItemAsync(read.Resource, read.Resource.Id, key, stale, cancellationToken: Ended))).StatusCode);
        var replaced = await container.ReplaceItemAsync(read.Resource with { N = 3 }, read.Resource.Id, key, new ItemRequestOptions { IfMatchEtag = upserted.ETag }, cancellationToken: Ended);
        Assert.Equal(3, replaced.Resource.N);
        var patched = await container.PatchItemAsync<Note>(read.Resource.Id, key, [PatchOperation.Increment("/n", 4), PatchOperation.Set("/text", "x")], new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.n = 3" }, cancellationToken: Ended);
        Assert.Equal((7, "x"), (patched.Resource.N, patched.Resource.Text));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Assert.ThrowsAsync<CosmosException>(() =>
            container.PatchItemAsync<Note>(read.Resource.Id, key, [PatchOperation.Increment("/n", 4)], new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.n = 3" }, cancellationToken: Ended))).StatusCode);
        var unchanged = await Assert.ThrowsAsync<CosmosException>(() => container.ReadItemAsync<Note>(read.Resource.Id, key, new ItemRequestOptions { IfNoneMatchEtag = patched.ETag }, cancellationToken: Ended));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Null((await container.UpsertItemAsync(new Note("quiet", "t 1/é", 1), key, new ItemRequestOptions { EnableContentResponseOnWrite = false }, cancellationToken: Ended)).Resource);
        Assert.Equal(HttpStatusCode.NoContent, (await container.DeleteItemAsync<Note>(read.Resource.Id, key, cancellationToken: Ended)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<CosmosException>(() => container.ReadItemAsync<Note>(read.Resource.Id, key, cancellationToken: Ended))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<CosmosException>(() => container.CreateItemAsync(new Note("x", "other", 1), key, cancellationToken: Ended))).StatusCode);
    }

    [Fact]
    public async Task A_batch_is_done_as_one_or_not_at_all()
    {
        var container = await _emulator.CreateContainerAsync();
        var key = new PartitionKey("t");
        using var done = await container.CreateTransactionalBatch(key).CreateItem(new Note("a", "t", 1)).UpsertItem(new Note("b", "t", 2)).ReadItem("a").ExecuteAsync(cancellationToken: Ended);
        Assert.True(done.IsSuccessStatusCode);
        Assert.Equal(1, done.GetOperationResultAtIndex<Note>(2).Resource.N);
        using var failed = await container.CreateTransactionalBatch(key).ReplaceItem("a", new Note("a", "t", 9)).CreateItem(new Note("b", "t", 9)).DeleteItem("a").ExecuteAsync(cancellationToken: Ended);
        Assert.Equal(HttpStatusCode.Conflict, failed.StatusCode);
        Assert.Equal([HttpStatusCode.FailedDependency, HttpStatusCode.Conflict, HttpStatusCode.FailedDependency], failed.Select(result => result.StatusCode));
        Assert.Equal(1, (await container.ReadItemAsync<Note>("a", key, cancellationToken: Ended)).Resource.N);
    }

    [Fact]
    public async Task Items_in_bulk_are_each_done_or_not()
    {
        using var client = _emulator.CreateClient(options => options.AllowBulkExecution = true);
        var container = client.GetContainer("lab", (await _emulator.CreateContainerAsync()).Id);
        var made = await Task.WhenAll(Enumerable.Range(0, 500).Select(n => container.CreateItemAsync(new Note($"i{n}", $"t{n % 7}", n), new PartitionKey($"t{n % 7}"))));
        Assert.All(made, one => Assert.Equal(HttpStatusCode.Created, one.StatusCode));
        var again = await Task.WhenAll(Enumerable.Range(499, 2).Select(async n =>
        {
            try
            {
                return (await container.CreateItemAsync(new Note($"i{n}", $"t{n % 7}", n), new PartitionKey($"t{n % 7}"))).StatusCode;
            }
            catch (CosmosException e)
            {
                return e.StatusCode;
            }
        }));
        Assert.Equal([HttpStatusCode.Conflict, HttpStatusCode.Created], again);
        Assert.Equal([501], await QueryAsync<int>(container, "SELECT VALUE COUNT(1) FROM c"));
    }

    [Fact]
    public async Task Queries_are_answered_in_pages_across_partitions()
    {
        var container = await _emulator.CreateContainerAsync();
        for (var n = 0; n < 25; n++)
            await container.CreateItemAsync(new Note($"i{n:D2}", $"t{n % 3}", n), cancellationToken: Ended);
        Assert.Equal(Enumerable.Range(0, 25), (await QueryAsync<Note>(container, "SELECT * FROM c", pageSize: 4)).Select(note => note.N));
        Assert.Equal(Enumerable.Range(0, 25).Reverse().Skip(2), await QueryAsync<int>(container, "SELECT VALUE c.n FROM c WHERE c.n < @most ORDER BY c.n DESC", pageSize: 5, ("@most", 23)));
        Assert.Equal([1, 4, 7], (await QueryAsync<int>(container, "SELECT VALUE c.n FROM c", pageSize: 2, key: new PartitionKey("t1"))).Take(3));
        Assert.Equal([new { tenant = "t0", n = 9 }.ToString()], (await QueryAsync<Dictionary<string, object>>(container, "SELECT c.tenant, COUNT(1) AS n FROM c GROUP BY c.tenant")).Where(row => row["tenant"].ToString() == "t0")
            .Select(row => $"{{ tenant = {row["tenant"]}, n = {row["n"]} }}"));
        var error = await Assert.ThrowsAsync<CosmosException>(() => QueryAsync<Note>(container, "SELECT * FROM c WHERE x.n = 1"));
        Assert.Equal(HttpStatusCode.BadRequest, error.StatusCode);
        Assert.Contains("Identifier 'x' could not be resolved.", error.Message, StringComparison.Ordinal);
        var many = await container.ReadManyItemsAsync<Note>([.. Enumerable.Range(0, 30).Select(n => ($"i{n:D2}", new PartitionKey($"t{n % 3}")))], cancellationToken: Ended);
        Assert.Equal(25, many.Count);
    }

    [Fact]
    public async Task The_nearest_vectors_are_found()
    {
        var container = await _emulator.CreateContainerAsync(new ContainerProperties("near", "/tenant")
        {
            VectorEmbeddingPolicy = new VectorEmbeddingPolicy([new Embedding { Path = "/embedding", DataType = VectorDataType.Float32, Dimensions = 2, DistanceFunction = DistanceFunction.Cosine }]),
        });
        for (var n = 0; n < 90; n++)
            await container.CreateItemAsync(new Note($"{n}", "t", n, Embedding: [MathF.Cos(n * MathF.PI / 180), MathF.Sin(n * MathF.PI / 180)]), cancellationToken: Ended);
        var near = await QueryAsync<int>(container, "SELECT TOP 3 VALUE c.n FROM c ORDER BY VectorDistance(c.embedding, @q)", pageSize: 2, ("@q", new[] { MathF.Cos(0.5f), MathF.Sin(0.5f) }));
        Assert.Equal([29, 28, 30], near);
    }

    [Fact]
    public async Task The_change_feed_gives_the_newest_version_of_each_item_from_any_position_on()
    {
        var container = await _emulator.CreateContainerAsync();
        var key = new PartitionKey("t");
        using var now = container.GetChangeFeedIterator<Note>(ChangeFeedStartFrom.Now(), ChangeFeedMode.Incremental);
        var nothing = await now.ReadNextAsync(cancellationToken: Ended);
        Assert.Equal(HttpStatusCode.NotModified, nothing.StatusCode);
        for (var n = 0; n < 10; n++)
            await container.UpsertItemAsync(new Note($"i{n % 5}", "t", n), key, cancellationToken: Ended);
        await container.DeleteItemAsync<Note>("i0", key, cancellationToken: Ended);
        using var all = container.GetChangeFeedIterator<Note>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.Incremental, new ChangeFeedRequestOptions { PageSizeHint = 3 });
        var first = await all.ReadNextAsync(cancellationToken: Ended);
        var second = await all.ReadNextAsync(cancellationToken: Ended);
        Assert.Equal([6, 7, 8, 9], [.. first.Select(note => note.N), .. second.Select(note => note.N)]);
        using var rest = container.GetChangeFeedIterator<Note>(ChangeFeedStartFrom.ContinuationToken(nothing.ContinuationToken), ChangeFeedMode.Incremental);
        Assert.Equal([6, 7, 8, 9], (await rest.ReadNextAsync(cancellationToken: Ended)).Select(note => note.N));
    }

    [Fact]
    public async Task A_change_feed_processor_goes_on_where_it_was()
    {
        var container = await _emulator.CreateContainerAsync();
        var leases = await _emulator.CreateContainerAsync(new ContainerProperties($"leases-{container.Id}", "/id"));
        var seen = new System.Collections.Concurrent.ConcurrentQueue<int>();
        ChangeFeedProcessor Build(string instance) => container.GetChangeFeedProcessorBuilder<Note>("p", (changes, _) =>
        {
            foreach (var change in changes)
                seen.Enqueue(change.N);
            return Task.CompletedTask;
        }).WithInstanceName(instance).WithLeaseContainer(leases).WithPollInterval(TimeSpan.FromMilliseconds(50)).WithStartTime(DateTime.MinValue.ToUniversalTime()).Build();

        await container.CreateItemAsync(new Note("a", "t", 1), cancellationToken: Ended);
        var one = Build("one");
        await one.StartAsync();
        await Support.Eventually.HoldsAsync(() => Task.FromResult(seen.Contains(1)), "the first is seen");
        await one.StopAsync();
        await container.CreateItemAsync(new Note("b", "t", 2), cancellationToken: Ended);
        var two = Build("two");
        await two.StartAsync();
        await Support.Eventually.HoldsAsync(() => Task.FromResult(seen.Contains(2)), "the second is seen");
        await two.StopAsync();
        Assert.Equal([1, 2], seen);
    }

    [Fact]
    public async Task What_was_answered_is_there_after_a_kill()
    {
        await using var emulator = await CosmosEmulator.StartAsync();
        var container = await emulator.CreateContainerAsync();
        var written = 0;
        var writing = Task.Run(async () =>
        {
            try
            {
                for (var n = 0; ; n++)
                {
                    await container.UpsertItemAsync(new Note($"i{n}", "t", n), new PartitionKey("t"), cancellationToken: new CancellationTokenSource(TimeSpan.FromSeconds(2)).Token);
                    Volatile.Write(ref written, n + 1);
                }
            }
            catch (OperationCanceledException)
            {
            }
            catch (HttpRequestException)
            {
            }
        }, cancellationToken: Ended);
        await Support.Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref written) > 200), "some are written");
        await emulator.KillAsync();
        await writing;
        await emulator.StartProcessAsync();
        using var client = emulator.CreateClient();
        var there = await QueryAsync<int>(client.GetContainer("lab", container.Id), "SELECT VALUE c.n FROM c");
        Assert.True(there.Count >= written && there.Count <= written + 1, $"{there.Count} of {written}");
        Assert.Equal(Enumerable.Range(0, there.Count), there);
    }

    [Fact]
    public async Task An_item_ends_with_its_time()
    {
        var container = await _emulator.CreateContainerAsync(new ContainerProperties("ttl", "/tenant") { DefaultTimeToLive = -1 });
        await container.CreateItemAsync(new Note("short", "t", 1, Ttl: 1), cancellationToken: Ended);
        await container.CreateItemAsync(new Note("long", "t", 2, Ttl: 1_000), cancellationToken: Ended);
        await Support.Eventually.HoldsAsync(async () => (await QueryAsync<string>(container, "SELECT VALUE c.id FROM c")).Count == 1, "the short one has ended");
        Assert.Equal(["long"], await QueryAsync<string>(container, "SELECT VALUE c.id FROM c"));
    }

    [Fact]
    public async Task A_wrong_key_is_refused()
    {
        using var client = new CosmosClient(_emulator.Address.ToString(), Convert.ToBase64String(new byte[64]), new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway });
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<CosmosException>(() => client.CreateDatabaseIfNotExistsAsync("x", cancellationToken: Ended))).StatusCode);
    }

    private static async Task<List<T>> QueryAsync<T>(Container container, string text, int pageSize = 100, params (string Name, object Value)[] parameters) =>
        await QueryAsync<T>(container, text, pageSize, null, parameters);

    private static async Task<List<T>> QueryAsync<T>(Container container, string text, int pageSize, PartitionKey? key, params (string Name, object Value)[] parameters)
    {
        var query = parameters.Aggregate(new QueryDefinition(text), (definition, parameter) => definition.WithParameter(parameter.Name, parameter.Value));
        using var pages = container.GetItemQueryIterator<T>(query, requestOptions: new QueryRequestOptions { MaxItemCount = pageSize, PartitionKey = key });
        var rows = new List<T>();
        while (pages.HasMoreResults)
            rows.AddRange(await pages.ReadNextAsync());
        return rows;
    }
}
