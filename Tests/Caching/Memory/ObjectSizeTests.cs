using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Platform.Caching.Memory;

namespace Platform.Tests.Caching.Memory;

public sealed class ObjectSizeTests
{
    private const int Many = 200;

    public static TheoryData<string> Kinds => [.. Graphs.Keys];

    // Each allocates what it returns and nothing else, so that the runtime's count is the size of the graph.
    private static readonly Dictionary<string, Func<object>> Graphs = new()
    {
        ["text"] = () => new string('x', 1001),
        ["bytes"] = () => new byte[100_003],
        ["memory in a box"] = () => (ReadOnlyMemory<byte>)new byte[777],
        ["record"] = () => new Book(new string('t', 40), 3, new Author(new string('n', 21), null), null),
        ["list of records"] = () =>
        {
            var books = new List<Book>(Many);
            for (var i = 0; i < Many; i++)
                books.Add(new Book(new string('t', i), i, new Author(new string('n', 9), null), new byte[i]));
            return books;
        },
        ["one author of many books"] = () =>
        {
            var author = new Author(new string('n', 5000), null);
            var books = new Book[Many];
            for (var i = 0; i < Many; i++)
                books[i] = new Book(author.Name, i, author, null);
            return books;
        },
        ["dictionary with spare room"] = () =>
        {
            var books = new Dictionary<string, Book>(10 * Many);
            for (var i = 0; i < Many; i++)
                books[new string((char)i, 13)] = new Book(new string('t', 30), i, null, null);
            return books;
        },
        ["concurrent dictionary"] = () =>
        {
            var names = new ConcurrentDictionary<int, string>(1, 10 * Many);
            for (var i = 0; i < Many; i++)
                names[i] = new string('n', 12);
            return names;
        },
        ["structs that hold references"] = () =>
        {
            var pairs = new (int, string, (long, byte[]))[Many];
            for (var i = 0; i < Many; i++)
                pairs[i] = (i, new string('x', 10), (i, new byte[i]));
            return pairs;
        },
        ["structs that hold none"] = () => new (byte, Half, long)[12_345],
        ["structs that may be absent"] = () => new (int, string)?[] { (1, new string('x', 100)), null, (2, new string('y', 200)) },
        ["jagged arrays"] = () =>
        {
            var rows = new int[Many][];
            for (var i = 0; i < Many; i++)
                rows[i] = new int[i];
            return rows;
        },
        ["table"] = () =>
        {
            var table = new object?[10, 20];
            for (var i = 0; i < 10; i++)
                table[i, i] = (decimal)i;
            return table;
        },
        ["boxes"] = () =>
        {
            var boxes = new object[Many];
            for (var i = 0; i < Many; i++)
                boxes[i] = i % 2 == 0 ? i : (Guid?)Guid.Empty;
            return boxes;
        },
        ["linked list, longer than a stack is deep"] = () =>
        {
            var list = new LinkedList<long>();
            for (var i = 0; i < 50_000; i++)
                list.AddLast(i);
            return list;
        },
        ["text in the making"] = () => new StringBuilder(1000).Append('x', 300),
        ["immutable array in a box"] = () => ImmutableArray.Create(new string('x', 99), new string('y', 50)),
        ["inline array"] = () =>
        {
            var shelf = new Shelf();
            for (var i = 0; i < 8; i++)
                shelf.Titles[i] = new string('x', 500);
            return shelf;
        },
        ["inline array of structs"] = () =>
        {
            var shelf = new LabelledShelf();
            for (var i = 0; i < 4; i++)
                shelf.Labels[i] = (i, new string('x', 500));
            return shelf;
        },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_size_of_a_graph_is_what_the_runtime_allocated_for_it(string kind)
    {
        var (allocated, graph) = Allocated(Graphs[kind]);

        var measured = ObjectSize.Measure(graph);

        Assert.InRange(measured, (long)(allocated * 0.9), (long)(allocated * 1.1));
    }

    [Fact]
    public void Null_takes_nothing() => Assert.Equal(0, ObjectSize.Measure(null));

    [Fact]
    public void Every_length_of_text_and_arrays_has_its_exact_size()
    {
        for (var length = 1; length < 40; length++)
        {
            Assert.Equal(Allocated(() => new string('x', length)).Bytes, ObjectSize.Measure(new string('x', length)));
            Assert.Equal(Allocated(() => new byte[length]).Bytes, ObjectSize.Measure(new byte[length]));
            Assert.Equal(Allocated(() => new Odd[length]).Bytes, ObjectSize.Measure(new Odd[length]));
            Assert.Equal(Allocated(() => new object[length]).Bytes, ObjectSize.Measure(new object[length]));
        }
    }

    [Fact]
    public void A_graph_that_comes_back_to_itself_ends()
    {
        var author = new Author("a", null);
        author.BestKnownFor = new Book("t", 1, author, null);

        Assert.InRange(ObjectSize.Measure(author), 1, 400);
    }

    [Fact]
    public void What_lives_on_without_the_value_is_not_counted()
    {
        var plain = ObjectSize.Measure(new Dictionary<string, string>());

        Assert.Equal(plain, ObjectSize.Measure(new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)));
        Assert.InRange(ObjectSize.Measure(new object[] { typeof(string), Encoding.UTF8, StringComparer.InvariantCulture }), 1, 64);
    }

    [Fact]
    public void A_walk_ends_where_the_size_is_known_to_be_enough()
    {
        var rows = Enumerable.Range(0, 50_000).Select(_ => new byte[1000]).ToArray();

        Assert.InRange(ObjectSize.Measure(rows.Select(row => new object[] { row }).ToArray(), enough: 1_000_000), 1_000_001, 10_000_000);
    }

    [Fact]
    public void Too_many_objects_to_walk_are_more_than_any_memory()
    {
        var boxes = Enumerable.Range(0, ObjectWalk.MaxObjects + 1).Select(i => (object)i).ToArray();

        Assert.Equal(ObjectSize.Unmeasured, ObjectSize.Measure(boxes));
        Assert.InRange(ObjectSize.Measure(boxes[..100]), 1, 10_000);
    }

    [Fact]
    public void Values_that_hold_code_are_measured_with_what_it_holds()
    {
        var held = new byte[10_000];
        using var cancel = new CancellationTokenSource();
        var value = new object[] { () => held.Length, cancel, new TaskCompletionSource(), new Lazy<int>(() => 1) };

        Assert.InRange(ObjectSize.Measure(value), 10_200, 11_000);
    }

    [Fact]
    public void What_has_a_finalizer_is_more_than_memory_and_is_never_made_to_be_measured()
    {
        Assert.Equal(ObjectSize.Unmeasured, ObjectSize.Measure(new WeakReference(this)));
        Assert.Equal(ObjectSize.Unmeasured, ObjectSize.Measure(new object[] { "a", new Finalized() }));

        // Made without its constructor, the reference has no handle: the collector would end the process here.
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) > 0);
        Assert.Equal(0, Finalized.Unconstructed);
    }

    [Fact]
    public void Measuring_again_allocates_nothing()
    {
        var graph = Graphs["list of records"]();
        ObjectSize.Measure(graph);

        Assert.Equal(0, Allocated(() =>
        {
            ObjectSize.Measure(graph);
            return graph;
        }).Bytes);
    }

    private static (long Bytes, object Graph) Allocated(Func<object> make)
    {
        make(); // what is set up once is not the graph's
        var before = GC.GetAllocatedBytesForCurrentThread();
        var graph = make();
        return (GC.GetAllocatedBytesForCurrentThread() - before, graph);
    }

    private sealed record Book(string Title, int Year, Author? Author, byte[]? Cover);

    private sealed record Author(string Name, DateOnly? Born)
    {
        public Book? BestKnownFor { get; set; }
    }

    private sealed class Finalized
    {
        private readonly bool _constructed = true;

        public static int Unconstructed { get; private set; }

        ~Finalized() => Unconstructed += _constructed ? 0 : 1;
    }

    private readonly record struct Odd(byte A, byte B, byte C);

    private sealed class Shelf
    {
        public EightTitles Titles;
    }

    private sealed class LabelledShelf
    {
        public FourLabels Labels;
    }

    [InlineArray(8)]
    private struct EightTitles
    {
        public string First;
    }

    [InlineArray(4)]
    private struct FourLabels
    {
        public (int, string) First;
    }
}
