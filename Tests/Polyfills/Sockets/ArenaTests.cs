using Pipelines.Sockets.Unofficial.Arenas;

namespace Platform.Tests.Polyfills.Sockets;

public sealed class ArenaTests
{
    [Fact]
    public void An_allocation_is_empty_and_keeps_what_is_put_in_while_others_are_made()
    {
        using var arena = new Arena<string?>(new ArenaOptions(blockSizeBytes: 64));

        var first = arena.Allocate(3);
        first[1] = "kept";
        var second = arena.Allocate(5000);
        second[4999] = "also kept";
        var third = arena.Allocate(2);

        Assert.Equal(new[] { null, "kept", null }, first.ToArray((in string? text) => text));
        Assert.Equal(5000, second.Length);
        Assert.Equal("also kept", second[4999]);
        Assert.All(third.FirstSpan.ToArray(), Assert.Null);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(1_000_000)]
    public void After_a_reset_nothing_is_left_of_what_was_there(int blockSizeBytes)
    {
        using var arena = new Arena<string?>(new ArenaOptions(blockSizeBytes: blockSizeBytes));
        foreach (var length in (int[])[3, 100, 7, 2000])
            arena.Allocate(length).FirstSpan.Fill("old");

        arena.Reset();
        var again = (int[])[8, 100, 2000, 20_000];

        Assert.All(again, length => Assert.All(arena.Allocate(length).FirstSpan.ToArray(), Assert.Null));
    }

    [Fact]
    public void A_sequence_can_forget_its_type_and_remember_only_the_right_one()
    {
        using var arena = new Arena<int>();
        var sequence = arena.Allocate(3);
        var elements = sequence.GetEnumerator();
        elements.GetNext() = 5;
        elements.GetNext() = 6;
        elements.GetNext() = 7;

        var untyped = sequence.Untyped();

        Assert.Equal(3, untyped.Length);
        Assert.Equal([5, 6, 7], untyped.Cast<int>().ToArray((in int number) => number));
        Assert.Throws<InvalidCastException>(() => untyped.Cast<string>());
    }

    [Fact]
    public void Projections_copy_out_of_the_arena()
    {
        using var arena = new Arena<int>();
        var sequence = arena.Allocate(2);
        sequence[0] = 1;
        sequence[1] = 2;

        var plain = sequence.ToArray((in int number) => number * 10);
        var withState = sequence.ToArray((in int number, in int factor) => number * factor, 100);
        var target = new long[3];
        sequence.CopyTo(target, (in int number) => (long)number);
        var empty = default(Sequence<int>);

        Assert.Equal([10, 20], plain);
        Assert.Equal([100, 200], withState);
        Assert.Equal([1L, 2, 0], target);
        Assert.True(empty.IsEmpty);
        Assert.Empty(empty.ToArray((in int number) => number));
        Assert.Throws<ArgumentException>(() => sequence.CopyTo(new long[1], (in int number) => (long)number));
    }

    [Fact]
    public void Every_element_is_met_once_in_each_way_of_walking()
    {
        using var arena = new Arena<int>();
        var sequence = arena.Allocate(300);
        for (var i = 0; i < 300; i++)
            sequence[i] = i;

        var one = 0;
        foreach (ref var element in sequence)
            one += element;
        var piecewise = 0;
        foreach (var span in sequence.Spans)
        {
            foreach (var element in span)
                piecewise += element;
        }

        Assert.Equal(300 * 299 / 2, one);
        Assert.Equal(one, piecewise);
    }
}
