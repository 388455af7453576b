using Microsoft.Azure.Cosmos;
using Platform.Analytics.Events;
using Platform.Analytics.Forgetting;
using Platform.Tests.Emulators.Cosmos;
using static Platform.Tests.Analytics.EventWriter;

namespace Platform.Tests.Analytics;

/// <summary>What was parked gets into the event store after all, once and in order, whatever ends it half way.</summary>
public sealed class ParkedReplayTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replayed_stream_is_there_in_order_and_goes_on()
    {
        await using var writer = await ParkAsync("a", 60);
        await writer.Store.WriteAsync([Event("b", 61)], Ended);

        Assert.True(await writer.Replay.AskAsync("a", Ended));
        await writer.ReplayAsync();
        await writer.Store.WriteAsync([Event("a", 62)], Ended);

        Assert.Equal([.. Enumerable.Range(1, 60), 62], (await writer.FeedAsync()).Where(id => id != "61").Select(int.Parse));
        Assert.Empty(await writer.ParkedOfAsync("a"));
    }

    [Fact]
    public async Task What_is_not_asked_for_stays()
    {
        await using var writer = await ParkAsync("a", 3);

        await writer.ReplayAsync();

        Assert.Equal(["1"], await writer.FeedAsync());
        Assert.Equal(2, (await writer.ParkedOfAsync("a")).Count);
        Assert.False(await writer.Replay.AskAsync("b", Ended));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_that_ended_half_way_is_gone_on_with_by_whoever_has_the_slot_then(int removed)
    {
        await using var writer = await ParkAsync("a", 5);
        Assert.True(await writer.Replay.AskAsync("a", Ended));
        // As one that died left it: two are written, and some of these are still here.
        foreach (var number in new[] { 2, 3 })
            await writer.Containers.Events.CreateItemAsync(Event("a", number, number == 2 ? TooMuch[..10] : ""), new PartitionKey("a"), cancellationToken: Ended);
        foreach (var number in new[] { 2, 3 }.Take(removed))
            await writer.Containers.Parked.DeleteItemAsync<object>($"{number}", new PartitionKey("a"), cancellationToken: Ended);
        await using var next = new EventWriter(cosmos.Emulator, writer.Database);
        await next.Parked.LoadAsync(Ended);
        Assert.True(next.Parked.IsBlocked("a"));

        await next.ReplayAsync();

        Assert.Equal(["1", "2", "3", "4", "5"], await next.FeedAsync());
        Assert.False(next.Parked.IsBlocked("a"));
        await next.Parked.LoadAsync(Ended);
        Assert.False(next.Parked.IsBlocked("a"));
    }

    [Fact]
    public async Task What_was_too_much_to_be_kept_goes_in_without_its_data()
    {
        await using var writer = await ParkAsync("a", 2);

        await writer.Replay.AskAsync("a", Ended);
        await writer.ReplayAsync();

        var stored = await writer.Containers.Events.ReadItemAsync<AnalyticsEvent>("2", new PartitionKey("a"), cancellationToken: Ended);
        Assert.Equal("{}", stored.Resource.Data.GetRawText());
    }

    [Fact]
    public async Task What_is_somebody_s_who_asked_to_be_forgotten_does_not_come_back()
    {
        var user = Guid.CreateVersion7();
        await using var writer = await ParkAsync(PersonalData.StreamOf(user), 30);
        await writer.Forgotten.AddAsync(new ForgottenUser(user, DateTimeOffset.UnixEpoch, "9"), Ended);

        await writer.Replay.AskAsync(PersonalData.StreamOf(user), Ended);
        await writer.ReplayAsync();

        Assert.Equal(["1"], await writer.FeedAsync());
        Assert.Empty(await writer.ParkedOfAsync(PersonalData.StreamOf(user)));
    }

    private static readonly string TooMuch = new('x', 3_000_000);

    // The first is written, the second refused, and the others wait for it.
    private async Task<EventWriter> ParkAsync(string stream, int count)
    {
        var writer = new EventWriter(cosmos.Emulator, $"d{Guid.CreateVersion7():N}");
        await writer.Store.WriteAsync([.. Enumerable.Range(1, count).Select(number => Event(stream, number, number == 2 ? TooMuch : ""))], Ended);
        return writer;
    }
}
