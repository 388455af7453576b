using Platform.Analytics.Projections;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Analytics.Projections;

/// <summary>Projections are what all events say, each once, wherever those who make them die and however many they are.</summary>
public sealed class ProjectorCrashTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    // Then one is let through, so that the test comes to an end.
    private const int MostCrashes = 10;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(6, 3)]
    public async Task Projections_are_what_the_events_say_whenever_projectors_die(int seed, int projectors)
    {
        var random = new Random(seed);
        await using var store = new ProjectedStore(cosmos.Emulator);
        var events = new RandomEvents(random, TimeProvider.System.GetUtcNow());
        var told = events.Next(160).ToList();
        await store.TellAsync([.. told[..100]]);
        await Task.WhenAll(Enumerable.Range(0, projectors).Select(number => ProjectAsync(store, new Random((seed * 100) + number))));
        await store.TellAsync([.. told[100..]]);

        await Task.WhenAll(Enumerable.Range(0, projectors).Select(number => ProjectAsync(store, new Random((seed * 1_000) + number))));

        var naive = new NaiveProjections();
        foreach (var id in await store.FeedAsync())
            naive.Add(told.Single(one => one.Id == id));
        (await StoredProjections.ReadAsync(store.Containers, 1)).AssertIs(naive);
    }

    private async Task ProjectAsync(ProjectedStore store, Random random)
    {
        for (var crashes = 0; ; crashes++)
        {
            using var crash = new Crash(crashes < MostCrashes ? random.Next(10, 400) : int.MaxValue, isSent: random.Next(2) == 0);
            using var client = cosmos.Emulator.CreateClient(options => options.HttpClientFactory = () => new HttpClient(crash, disposeHandler: false));
            try
            {
                var projector = await store.Projectors(store.ContainersOf(client), pageSize: random.Next(10, 80)).OpenAsync(1, crash.Token);
                while ((await projector.StepAsync(crash.Token)).Count > 0)
                {
                    // There is more.
                }

                return;
            }
            catch (Exception e) when (e is FencedException || crash.Token.IsCancellationRequested)
            {
                // The next one goes on.
            }
        }
    }
}
