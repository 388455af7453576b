using Platform.ChangeStream;
using Platform.LoadTests.Run.Correctness;

namespace Platform.Tests.LoadTests;

/// <summary>Planted event stores: what is not what happened is found as what it is.</summary>
public sealed class EventStoreCheckerTests
{
    private static readonly SourceEvent[] Source = [new(At(1), "book:1"), new(At(1, 2), "book:2"), new(At(2), "book:1"), new(At(3), "order:1")];
    private static readonly StoredEvent[] Stored = [.. Source.Select(one => new StoredEvent(one.Id, one.Stream))];

    [Fact]
    public void All_of_it_once_is_right_in_whatever_order_streams_were_written()
    {
        Assert.Empty(EventStoreChecker.Check(Source, Stored));
        Assert.Empty(EventStoreChecker.Check(Source, [Stored[3], Stored[1], Stored[0], Stored[2]]));
    }

    [Fact]
    public void An_event_that_is_not_stored_is_found()
    {
        var violation = Assert.Single(EventStoreChecker.Check(Source, [Stored[0], Stored[1], Stored[3]]));

        Assert.Equal(EventStoreChecker.Missing, violation.Kind);
        Assert.Equal([Source[1].ToString(), Source[2].ToString()], violation.History);
    }

    [Fact]
    public void An_event_that_is_stored_twice_is_found()
    {
        Assert.Equal([EventStoreChecker.Twice], Kinds([.. Stored, Stored[3]]));
    }

    [Fact]
    public void An_event_that_never_happened_is_found()
    {
        Assert.Equal([EventStoreChecker.Foreign], Kinds([.. Stored, new StoredEvent(At(9), "book:1")]));
    }

    [Fact]
    public void An_event_in_another_stream_is_found()
    {
        Assert.Equal([EventStoreChecker.Misplaced], Kinds([.. Stored[..3], new StoredEvent(At(3), "order:2")]));
    }

    [Fact]
    public void Events_of_a_stream_that_were_stored_in_another_order_are_found()
    {
        Assert.Equal([EventStoreChecker.Disordered], Kinds([Stored[2], Stored[1], Stored[0], Stored[3]]));
    }

    private static IEnumerable<string> Kinds(StoredEvent[] stored) => EventStoreChecker.Check(Source, stored).Select(violation => violation.Kind);

    private static EventId At(ulong commit, int sequence = 1) => new(new(commit), sequence);
}
