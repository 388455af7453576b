using Microsoft.Azure.Cosmos;
using Platform.Analytics.Ingest;
using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Versions;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>A version is used when it is whole, and what nobody uses is removed, whatever dies in between.</summary>
public sealed class ModelStoreTests(CosmosFixture fixture) : IClassFixture<CosmosFixture>
{
    private static readonly IReadOnlyCollection<Evidence> Some = [new(PlantedTastes.Id(0), 1), new(PlantedTastes.Id(7), 0.5f)];

    private readonly string _database = $"d{Guid.CreateVersion7():N}";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_loaded_is_what_was_published()
    {
        var (store, _, containers) = Open();
        var model = Model("1", seed: 1);

        Assert.True(await store.PublishAsync(Version("1", model), model, null, Ended));

        var loaded = await store.LoadAsync((await store.CurrentAsync(Ended))!.Version, Ended);
        Assert.Equal(model.Rank(Some, model.Books), loaded!.Rank(Some, model.Books));
        Assert.Equal((model.Version, model.TrainedAt, model.AsOf), (loaded.Version, loaded.TrainedAt, loaded.AsOf));
        Assert.Equal(model.Books.Length, await CountAsync(containers, "1"));
    }

    [Fact]
    public async Task The_vectors_that_are_searched_are_those_of_the_model()
    {
        var (store, _, containers) = Open();
        var model = Model("1", seed: 1);
        await store.PublishAsync(Version("1", model), model, null, Ended);
        var reader = model.UserVector(Some);

        var query = new QueryDefinition("SELECT TOP 10 VALUE c.id FROM c ORDER BY VectorDistance(c.embedding, @vector)").WithParameter("@vector", reader);
        using var pages = containers.Vectors.GetItemQueryIterator<Guid>(query, requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(ModelContainers.BooksOf("1")) });
        var found = (await pages.ReadNextAsync(Ended)).ToList();

        Assert.Equal(model.Books.OrderByDescending(book => System.Numerics.Tensors.TensorPrimitives.Dot(reader, model.ItemVector(book))).Take(10), found);
    }

    [Fact]
    public async Task Whatever_dies_in_between_what_is_used_is_whole_and_trying_again_succeeds()
    {
        var (store, old, containers) = Open();
        var (first, second) = (Model("1", seed: 1), Model("2", seed: 2));
        await store.PublishAsync(Version("1", first), first, null, Ended);
        var used = await store.CurrentAsync(Ended);
        for (var requests = 0; ; requests++)
        {
            var failing = new FailingRequests(requests);
            var (dying, _, _) = Open(failing);
            var died = await Record.ExceptionAsync(() => dying.PublishAsync(Version("2", second), second, used, Ended));

            var current = await store.CurrentAsync(Ended);
            Assert.Equal((current!.Version == "1" ? first : second).Rank(Some, first.Books), (await store.LoadAsync(current.Version, Ended))!.Rank(Some, first.Books));
            if (died is null)
                break;
        }

        Assert.True(await store.PublishAsync(Version("2", second), second, used, Ended));
        await old.RemoveAsync(Ended);
        Assert.Equal("2", (await store.CurrentAsync(Ended))!.Version);
        Assert.Equal(first.Books.Length, await CountAsync(containers, "1"));
    }

    [Fact]
    public async Task Of_two_that_are_trained_at_once_the_second_is_not_used()
    {
        var (store, _, _) = Open();
        var (first, second, third) = (Model("1", seed: 1), Model("2", seed: 2), Model("3", seed: 3));
        await store.PublishAsync(Version("1", first), first, null, Ended);
        var used = await store.CurrentAsync(Ended);

        Assert.True(await store.PublishAsync(Version("3", third), third, used, Ended));
        Assert.False(await store.PublishAsync(Version("2", second), second, used, Ended));

        Assert.Equal("3", (await store.CurrentAsync(Ended))!.Version);
    }

    [Fact]
    public async Task The_last_two_are_kept_and_what_was_never_completed_is_removed_although_the_removal_dies_again_and_again()
    {
        var (store, old, containers) = Open();
        foreach (var name in new[] { "1", "2", "4", "5" })
        {
            var model = Model(name, seed: 1);
            await store.PublishAsync(Version(name, model), model, await store.CurrentAsync(Ended), Ended);
        }

        // One that has died as soon as any of its vectors were written.
        var never = Model("3", seed: 1);
        for (var requests = 0; await CountAsync(containers, "3") == 0; requests++)
            await Record.ExceptionAsync(() => Open(new FailingRequests(requests)).Store.PublishAsync(Version("3", never), never, null, Ended));

        for (var requests = 0; await Record.ExceptionAsync(() => Open(new FailingRequests(requests)).Old.RemoveAsync(Ended)) is not null; requests++)
            Assert.NotNull(await store.LoadAsync("5", Ended));

        Assert.Equal([0, 0, 0, never.Books.Length, never.Books.Length], await Task.WhenAll(new[] { "1", "2", "3", "4", "5" }.Select(name => CountAsync(containers, name))));
        Assert.Equal([ModelState.Removed, ModelState.Removed, ModelState.Removed, ModelState.Complete, ModelState.Complete],
            await Task.WhenAll(new[] { "1", "2", "3", "4", "5" }.Select(async name => (await store.FindAsync(name, Ended))!.State)));
        Assert.Equal(0, await CountPartsAsync(containers, "1"));
        Assert.Equal(0.3, (await store.FindAsync("1", Ended))!.Evaluation.Ndcg);
        await old.RemoveAsync(Ended);
    }

    [Fact]
    public async Task There_is_none_where_there_was_never_one()
    {
        var (store, old, _) = Open();

        await old.RemoveAsync(Ended);

        Assert.Null(await store.CurrentAsync(Ended));
        Assert.Null(await store.LoadAsync("1", Ended));
    }

    private (ModelStore Store, OldVersions Old, ModelContainers Containers) Open(RequestHandler? handler = null)
    {
        var client = handler is null ? fixture.Emulator.Client : fixture.Emulator.CreateClient(options => options.CustomHandlers.Add(handler));
        var containers = new ModelContainers(client, new EventStoreOptions(_database, 1, 1));
        var store = new ModelStore(containers);
        return (store, new OldVersions(containers, store), containers);
    }

    private static RecommendationModel Model(string version, int seed) => PlantedTastes.Train(PlantedTastes.Create(seed), version);

    private static ModelVersion Version(string name, RecommendationModel model) =>
        new(name, ModelState.Publishing, model.TrainedAt, model.AsOf, model.Dimensions, model.Books.Length, 400, new Evaluation(0.2, 0.3, 0.4, 400), new Evaluation(0.1, 0.1, 0.1, 400), Parameters.Default);

    private static async Task<int> CountAsync(ModelContainers containers, string version) =>
        await CountAsync(containers.Vectors, new QueryDefinition("SELECT VALUE COUNT(1) FROM c WHERE c.set = @set").WithParameter("@set", ModelContainers.BooksOf(version)));

    private static async Task<int> CountPartsAsync(ModelContainers containers, string version) =>
        await CountAsync(containers.Models, new QueryDefinition("SELECT VALUE COUNT(1) FROM c WHERE STARTSWITH(c.id, @part)").WithParameter("@part", $"{version}-part-"));

    private static async Task<int> CountAsync(Container container, QueryDefinition query)
    {
        using var pages = container.GetItemQueryIterator<int>(query);
        var count = 0;
        while (pages.HasMoreResults)
            count += (await pages.ReadNextAsync(Ended)).Sum();
        return count;
    }
}
