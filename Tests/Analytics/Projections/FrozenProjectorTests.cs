using Platform.Analytics.Events;
using Platform.Analytics.Projections;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Analytics.Projections;

/// <summary>A projector that stood still while others went on takes nothing back when it goes on itself.</summary>
public sealed class FrozenProjectorTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/histories-1/docs")]
    [InlineData("/aggregates-1/docs")]
    public async Task What_it_was_about_to_write_does_not_replace_what_was_written_since(string written)
    {
        var (user, book) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var store = new ProjectedStore(cosmos.Emulator);
        var told = new Told(TimeProvider.System.GetUtcNow());
        AnalyticsEvent[] events = [.. Enumerable.Range(0, 3).Select(_ => told.Interaction("view", book, user))];
        await store.TellAsync(events[0]);
        await store.ProjectAsync();
        await store.TellAsync(events[1]);
        using var frozen = new Frozen(written);
        using var client = cosmos.Emulator.CreateClient(options => options.HttpClientFactory = () => new HttpClient(frozen, disposeHandler: false));
        var projector = await store.Projectors(store.ContainersOf(client)).OpenAsync(1, Ended);
        var step = projector.StepAsync(Ended);
        await frozen.IsAtIt.WaitAsync(TimeSpan.FromMinutes(1), Ended);

        await store.ProjectAsync();
        await store.TellAsync(events[2]);
        await store.ProjectAsync();
        frozen.Thaw();

        await Assert.ThrowsAsync<FencedException>(() => step);
        var naive = new NaiveProjections();
        foreach (var one in events)
            naive.Add(one);
        (await StoredProjections.ReadAsync(store.Containers, 1)).AssertIs(naive);
    }

    /// <summary>Holds the requests that replace items, until it may go on.</summary>
    private sealed class Frozen(string path) : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly TaskCompletionSource _isAtIt = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsAtIt => _isAtIt.Task;

        public void Thaw() => _goesOn.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Put && request.RequestUri!.AbsolutePath.Contains(path, StringComparison.Ordinal))
            {
                _isAtIt.TrySetResult();
                await _goesOn.Task;
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
