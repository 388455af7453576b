using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Platform.Caching;
using Platform.Caching.Redis;

namespace Platform.Tests.Caching;

public sealed class EntryFormatTests
{
    private static readonly EntryHeader Header = new(Epoch: -7, Fence: 1L << 40, CreatedAt: 1_900_000_000_000, FreshMs: 3_600_000, IsNull: false, TagSlots: [3, 70_000]);

    public static readonly TheoryData<object> Values =
    [
        "", "Преступление и наказание", new byte[] { 0, 255 }, Array.Empty<byte>(), 42, double.NaN, Guid.Parse("0190a000-0000-7000-8000-000000000001"),
        new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), DayOfWeek.Friday, (1, "one"), new List<string>(),
        new List<Shelf?> { null, new("a", 1, null) }, new Dictionary<string, int> { ["b"] = 2, ["a"] = 1 }, new Shelf("top", 7, new Shelf("below", null, null)),
    ];

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void A_value_comes_back_with_its_header(object value) =>
        Generic(nameof(ComesBack), value.GetType(), value);

    [Theory]
    [InlineData(typeof(string))]
    [InlineData(typeof(byte[]))]
    [InlineData(typeof(int?))]
    [InlineData(typeof(Shelf))]
    public void Null_comes_back_as_null(Type type) => Generic(nameof(ComesBack), type, null);

    [Fact]
    public void Bytes_are_read_in_place()
    {
        var format = new EntryFormat<ReadOnlyMemory<byte>>(new CacheOptions());
        var entry = format.Write(Header, "body"u8.ToArray());

        format.TryRead(entry, out _, out var value);

        Assert.True(MemoryMarshal.TryGetArray(value, out var segment));
        Assert.Same(entry, segment.Array);
        Assert.Equal("body"u8, value.Span);
    }

    [Fact]
    public void A_codec_of_ones_own_is_used()
    {
        var format = new EntryFormat<Shelf>(With(new ShelfCodec(1)));

        var entry = format.Write(Header, new Shelf("top", 7, null));

        Assert.Equal(Header.Size + "top"u8.Length, entry.Length);
        Assert.Equal(EntryReadResult.Ok, format.TryRead(entry, out _, out var value));
        Assert.Equal(new Shelf("top", null, null), value);
    }

    [Fact]
    public void What_another_version_of_a_codec_wrote_is_not_read()
    {
        var entry = new EntryFormat<Shelf>(With(new ShelfCodec(1))).Write(Header, new Shelf("top", 7, null));

        Assert.Equal(EntryReadResult.OtherVersion, new EntryFormat<Shelf>(With(new ShelfCodec(2))).TryRead(entry, out _, out _));
        Assert.Equal(EntryReadResult.OtherVersion, new EntryFormat<Shelf>(new CacheOptions()).TryRead(entry, out _, out _));
    }

    [Fact]
    public void The_layout_of_an_entry_is_the_one_that_other_processes_read()
    {
        var format = new EntryFormat<Shelf>(With(new ShelfCodec(1)));

        var entry = format.Write(Header, new Shelf("top", 7, null));

        // When this must change, so must the version of the layout.
        Assert.Equal(
            "5043" + "01" + "00" + Convert.ToHexString(entry.AsSpan(8, 8)) + "F9FFFFFFFFFFFFFF" + "0000000000010000" + "0038D360BA010000" + "80EE360000000000"
            + "03000000" + "0200" + "03000000" + "70110100" + "746F70",
            Convert.ToHexString(entry.AsSpan(4)));
    }

    [Fact]
    public void A_codec_that_fails_on_its_own_bytes_makes_a_miss()
    {
        var format = new EntryFormat<Shelf>(With(new ShelfCodec(1)));
        var entry = format.Write(Header, new Shelf("top", 7, null));
        var failing = new EntryFormat<Shelf>(With(new ShelfCodec(1, read: _ => throw new FormatException())));
        var answeringNothing = new EntryFormat<Shelf>(With(new ShelfCodec(1, read: _ => null!)));

        Assert.Equal(EntryReadResult.Corrupt, failing.TryRead(entry, out _, out _));
        Assert.Equal(EntryReadResult.Corrupt, answeringNothing.TryRead(entry, out _, out _));
    }

    [Fact]
    public void A_null_where_the_type_has_none_is_damage()
    {
        var entry = new byte[Header.Size];
        (Header with { IsNull = true }).Write(entry, TypeFingerprint.Of(BuiltInCodecs.For<int>()));

        Assert.Equal(EntryReadResult.Corrupt, new EntryFormat<int>(new CacheOptions()).TryRead(entry, out _, out _));
    }

    [Fact]
    public void Many_threads_write_with_one_format()
    {
        var format = new EntryFormat<string>(new CacheOptions());

        var read = ParallelEnumerable.Range(0, 2000).Select(i =>
        {
            var entry = format.Write(Header with { Fence = i }, new string((char)('a' + (i % 26)), i));
            return format.TryRead(entry, out var header, out var value) == EntryReadResult.Ok && header.Fence == i && value!.Length == i;
        });

        Assert.All(read, Assert.True);
    }

    private static void ComesBack<T>(T value)
    {
        var format = new EntryFormat<T>(new CacheOptions());

        var result = format.TryRead(format.Write(Header, value), out var header, out var read);

        Assert.Equal(EntryReadResult.Ok, result);
        Assert.Equal(value, read);
        Assert.Equal(Header with { IsNull = value is null, TagSlots = header.TagSlots }, header);
        Assert.Equal(Header.TagSlots, header.TagSlots);
    }

    private static void Generic(string method, Type type, object? argument) =>
        typeof(EntryFormatTests).GetMethod(method, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, System.Reflection.BindingFlags.DoNotWrapExceptions, null, [argument], null);

    private static CacheOptions With(ICacheCodec<Shelf> codec)
    {
        var options = new CacheOptions();
        options.AddCodec(codec);
        return options;
    }

    public sealed record Shelf(string Name, int? Books, Shelf? Below);

    /// <summary>Writes a shelf's name alone.</summary>
    private sealed class ShelfCodec(int version, Func<ReadOnlyMemory<byte>, Shelf>? read = null) : ICacheCodec<Shelf>
    {
        public int Version => version;

        public void Write(Shelf value, IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(value.Name, output);

        public Shelf Read(ReadOnlyMemory<byte> input) => read is null ? new Shelf(Encoding.UTF8.GetString(input.Span), null, null) : read(input);
    }
}
