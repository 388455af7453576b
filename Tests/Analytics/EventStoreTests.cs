using Platform.Tests.Emulators.Cosmos;
using static Platform.Tests.Analytics.EventWriter;

namespace Platform.Tests.Analytics;

/// <summary>How events get into their container: once, in order, and around what is refused.</summary>
public sealed class EventStoreTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    // More than an item may have.
    private static readonly string TooMuch = new('x', 3_000_000);

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Delivered_again_events_keep_their_place_in_the_change_feed()
    {
        await using var writer = NewWriter();
        await writer.Store.WriteAsync([Event("a", 1), Event("a", 2), Event("b", 3)], Ended);
        var first = await writer.FeedAsync();

        await writer.Store.WriteAsync([Event("a", 1), Event("a", 2), Event("b", 3), Event("a", 4)], Ended);

        Assert.Equal([.. first, "4"], await writer.FeedAsync());
    }

    [Fact]
    public async Task A_delivery_that_ended_half_way_is_completed_in_order()
    {
        await using var writer = NewWriter();
        var events = Enumerable.Range(1, 250).Select(number => Event("a", number)).ToList();
        await writer.Store.WriteAsync(events.GetRange(0, 130), Ended);

        await writer.Store.WriteAsync(events, Ended);

        Assert.Equal(events.Select(one => one.Id), await writer.FeedAsync());
    }

    [Fact]
    public async Task What_is_refused_is_parked_with_its_reason_and_blocks_only_its_stream()
    {
        await using var writer = NewWriter();

        await writer.Store.WriteAsync([Event("a", 1), Event("b", 2), Event("a", 3, TooMuch), Event("a", 4), Event("b", 5)], Ended);
        await writer.Store.WriteAsync([Event("a", 6), Event("b", 7)], Ended);

        Assert.Equal(["1", "2", "5", "7"], (await writer.FeedAsync()).Order(StringComparer.Ordinal));
        var parked = await writer.ParkedOfAsync("a");
        Assert.Equal(["3", "4", "6"], parked.Select(one => one.Id));
        Assert.NotNull(parked[0].Reason);
        Assert.Null(parked[0].Data);
        Assert.Equal((null, """{"text":""}"""), (parked[1].Reason, parked[1].Data));
        Assert.Empty(await writer.ParkedOfAsync("b"));
    }

    [Fact]
    public async Task An_instance_that_gets_the_slot_again_knows_what_was_parked_meanwhile()
    {
        await using var writer = NewWriter(out var database);
        await writer.Store.WriteAsync([Event("a", 1)], Ended);
        await using var other = new EventWriter(cosmos.Emulator, database);
        await other.Store.WriteAsync([Event("a", 2, TooMuch)], Ended);

        await writer.Parked.LoadAsync(Ended);
        await writer.Store.WriteAsync([Event("a", 3)], Ended);

        Assert.Equal(["1"], await writer.FeedAsync());
        Assert.Equal(["2", "3"], (await writer.ParkedOfAsync("a")).Select(one => one.Id));
    }

    private EventWriter NewWriter() => NewWriter(out _);

    private EventWriter NewWriter(out string database)
    {
        database = $"d{Guid.CreateVersion7():N}";
        return new EventWriter(cosmos.Emulator, database);
    }
}
