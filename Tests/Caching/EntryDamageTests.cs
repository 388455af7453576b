using Platform.Caching;
using Platform.Caching.Redis;

namespace Platform.Tests.Caching;

/// <summary>Whatever Redis holds, reading it gives a value that was written or none, and never an exception.</summary>
public sealed class EntryDamageTests
{
    private static readonly EntryFormat<Dictionary<string, string>> Format = new(new CacheOptions());
    private static readonly byte[] Entry = Format.Write(
        new EntryHeader(1, 2, 3, 4, false, [5, 6]), new Dictionary<string, string> { ["title"] = "Dune", ["note"] = new string('x', 100) });

    [Fact]
    public void Every_truncation_is_damage()
    {
        for (var length = 0; length < Entry.Length; length++)
        {
            Assert.Equal(EntryReadResult.Corrupt, Format.TryRead(Entry[..length], out _, out _));
        }
    }

    [Fact]
    public void Every_flipped_bit_is_damage()
    {
        for (var bit = 0; bit < Entry.Length * 8; bit++)
        {
            var damaged = Entry.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.Equal(EntryReadResult.Corrupt, Format.TryRead(damaged, out _, out _));
        }
    }

    [Fact]
    public void Bytes_after_the_end_are_damage() =>
        Assert.Equal(EntryReadResult.Corrupt, Format.TryRead([.. Entry, 0], out _, out _));

    [Fact]
    public void Random_bytes_are_damage()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);

            Assert.Equal(EntryReadResult.Corrupt, Format.TryRead(bytes, out _, out _));
        }
    }

    // The checksum is no secret: who writes to Redis can make it fit. Nothing behind it may trust a length.
    [Fact]
    public void Random_bytes_with_a_fitting_checksum_are_never_a_value()
    {
        var random = new Random(2);
        for (var i = 0; i < 50_000; i++)
        {
            var forged = i % 2 == 0 ? Entry.ToArray() : new byte[random.Next(7, 200)];
            var from = i % 2 == 0 ? random.Next(8, forged.Length) : 4;
            random.NextBytes(forged.AsSpan(from));
            "PC\u0001\0"u8[..Math.Min(4, forged.Length - 4)].CopyTo(forged.AsSpan(4));
            BitConverter.TryWriteBytes(forged, Crc32C.Of(forged.AsSpan(4)));

            Assert.NotEqual(EntryReadResult.Ok, Format.TryRead(forged, out _, out _));
        }
    }

    [Fact]
    public void A_whole_entry_around_bytes_that_are_no_value_is_damage()
    {
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var header = new EntryHeader(1, 2, 3, 4, false, []);
            var entry = new byte[header.Size + random.Next(64)];
            foreach (ref var b in entry.AsSpan(header.Size))
            {
                b = (byte)"{}[]\",:\\u0n1"[random.Next(12)];
            }

            header.Write(entry, TypeFingerprint.Of(BuiltInCodecs.For<Dictionary<string, string>>()));

            var result = Format.TryRead(entry, out _, out var value);

            Assert.Equal(result == EntryReadResult.Ok, value is not null);
        }
    }

    [Fact]
    public void Another_version_of_the_layout_is_told_from_damage()
    {
        var later = Entry.ToArray();
        later[6]++;
        BitConverter.TryWriteBytes(later, Crc32C.Of(later.AsSpan(4)));

        Assert.Equal(EntryReadResult.OtherVersion, Format.TryRead(later, out _, out _));
    }

    [Fact]
    public void The_checksum_is_crc_32c() => Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
}
