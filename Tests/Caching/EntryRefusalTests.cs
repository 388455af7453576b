using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Platform.Caching;
using Platform.Caching.Redis;

namespace Platform.Tests.Caching;

/// <summary>What cannot be kept as it is is refused when it is written, not lost when it is read.</summary>
public sealed class EntryRefusalTests
{
    private static readonly EntryHeader Header = new(1, 2, 3, 4, false, []);

    [Fact]
    public void A_circle_is_refused()
    {
        var circle = new Ring();
        circle.Next = circle;

        Refused(circle);
    }

    [Fact]
    public void A_delegate_is_refused() => Refused<Func<int>>(() => 1);

    [Fact]
    public void A_property_that_cannot_be_read_back_is_refused() => Refused(new OneWay("title"));

    [Fact]
    public void An_interface_is_refused() => Refused<IShape>(new Square(2));

    [Fact]
    public void A_class_that_says_more_than_its_base_is_refused() => Refused(new Derived { Name = "a", More = "b" } as Base);

    [Fact]
    public void An_object_is_refused() => Refused<object>(new Square(2));

    [Fact]
    public void Half_of_a_character_is_refused() => Refused("\ud83d");

    [Fact]
    public void A_failing_getter_is_refused() => Refused(new Failing());

    [Fact]
    public void A_type_with_two_properties_of_one_name_is_refused() => Refused(new Twice { Name = "a", Title = "b" });

    [Fact]
    public void A_value_up_to_the_limit_is_taken_and_one_over_it_refused()
    {
        var options = new CacheOptions { MaxValueBytes = 100_000 };
        var text = new EntryFormat<string>(options);
        var bytes = new EntryFormat<byte[]>(options);
        var json = new EntryFormat<List<string>>(options);
        var room = options.MaxValueBytes - Header.Size;

        Assert.Equal(options.MaxValueBytes, text.Write(Header, new string('a', room)).Length);
        Assert.Equal(options.MaxValueBytes, bytes.Write(Header, new byte[room]).Length);
        Assert.Equal(options.MaxValueBytes, json.Write(Header, [new string('a', room - 4)]).Length);
        Assert.Throws<EntryTooLargeException>(() => text.Write(Header, new string('a', room + 1)));
        Assert.Throws<EntryTooLargeException>(() => bytes.Write(Header, new byte[room + 1]));
        Assert.Throws<EntryTooLargeException>(() => json.Write(Header, [new string('a', room - 3)]));
        Assert.Throws<EntryTooLargeException>(() => text.Write(Header, new string('a', 100 * room)));
    }

    [Fact]
    public void A_value_far_over_the_limit_takes_no_memory()
    {
        var format = new EntryFormat<string>(new CacheOptions { MaxValueBytes = 1024 });
        var text = new string('a', 1_000_000);
        Assert.Throws<EntryTooLargeException>(() => format.Write(Header, text[..2000]));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<EntryTooLargeException>(() => format.Write(Header, text));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void A_value_without_end_is_refused_on_the_way()
    {
        var format = new EntryFormat<IEnumerable<long>>(new CacheOptions());

        Assert.Throws<EntryTooLargeException>(() => format.Write(Header, Endless()));

        static IEnumerable<long> Endless()
        {
            for (var i = 0L; ; i++)
            {
                yield return i;
            }
        }
    }

    private static void Refused<T>(T value)
    {
        var format = new EntryFormat<T>(new CacheOptions());

        Assert.Throws<NotSupportedException>(() => format.Write(Header, value));
        Assert.Throws<NotSupportedException>(() => format.Write(Header, value));
    }

    public interface IShape;

    public sealed record Square(int Side) : IShape;

    public sealed class Ring
    {
        public Ring? Next { get; set; }
    }

    public sealed class OneWay(string title)
    {
        public OneWay()
            : this("untitled")
        {
        }

        public string Title { get; } = title;
    }

    public class Base
    {
        public string? Name { get; set; }
    }

    public sealed class Derived : Base
    {
        public string? More { get; set; }
    }

    public sealed class Failing
    {
        [SuppressMessage("Performance", "CA1822", Justification = "Only instance properties are serialised.")]
        public string Name => throw new InvalidOperationException();
    }

    public sealed class Twice
    {
        public string? Name { get; set; }

        [JsonPropertyName("NAME")]
        public string? Title { get; set; }
    }
}
