using System.Buffers.Binary;
using System.Numerics;

namespace System.IO.Hashing;

/// <summary>XXH3 with 64 bits: a fast hash that is no protection against anybody who wants a collision.</summary>
/// <remarks>
/// Written from the XXH3 algorithm description of the xxHash specification 0.2
/// (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), whose names for the steps and constants are kept.
/// </remarks>
public static class XxHash3
{
    private const int StripeLength = 64;
    private const int LaneCount = StripeLength / sizeof(ulong);
    private const int StripesPerBlock = (SecretLength - StripeLength) / sizeof(ulong);
    private const int BlockLength = StripeLength * StripesPerBlock;
    private const int SecretLength = 192;

    private const uint Prime32_1 = 0x9E3779B1;
    private const uint Prime32_2 = 0x85EBCA77;
    private const uint Prime32_3 = 0xC2B2AE3D;
    private const ulong Prime64_1 = 0x9E3779B185EBCA87;
    private const ulong Prime64_2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime64_3 = 0x165667B19E3779F9;
    private const ulong Prime64_4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime64_5 = 0x27D4EB2F165667C5;
    private const ulong PrimeMx1 = 0x165667919E3779F9;
    private const ulong PrimeMx2 = 0x9FB21C651E98DF25;

    /// <summary>The specification's default secret.</summary>
    private static ReadOnlySpan<byte> Secret =>
    [
        0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
        0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
        0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
        0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
        0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
        0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
        0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
        0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
        0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
        0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
        0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
        0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
    ];

    /// <summary>Hashes all of <paramref name="source"/>.</summary>
    /// <param name="source">The bytes, of any number.</param>
    /// <param name="seed">Another seed, another hash.</param>
    public static ulong HashToUInt64(ReadOnlySpan<byte> source, long seed = 0) => source.Length switch
    {
        0 => Avalanche64((ulong)seed ^ Secret64(56) ^ Secret64(64)),
        <= 3 => Hash1To3(source, (ulong)seed),
        <= 8 => Hash4To8(source, (ulong)seed),
        <= 16 => Hash9To16(source, (ulong)seed),
        <= 128 => Hash17To128(source, (ulong)seed),
        <= 240 => Hash129To240(source, (ulong)seed),
        _ => HashLong(source, (ulong)seed),
    };

    private static ulong Hash1To3(ReadOnlySpan<byte> source, ulong seed)
    {
        var length = source.Length;
        var combined = ((uint)source[0] << 16) | ((uint)source[length >> 1] << 24) | source[length - 1] | ((uint)length << 8);
        var flip = (Read32(Secret) ^ Read32(Secret[4..])) + seed;
        return Avalanche64(combined ^ flip);
    }

    private static ulong Hash4To8(ReadOnlySpan<byte> source, ulong seed)
    {
        var length = source.Length;
        var mixedSeed = seed ^ ((ulong)BinaryPrimitives.ReverseEndianness((uint)seed) << 32);
        var flip = (Secret64(8) ^ Secret64(16)) - mixedSeed;
        var value = (Read32(source[(length - 4)..]) + ((ulong)Read32(source) << 32)) ^ flip;

        value ^= BitOperations.RotateLeft(value, 49) ^ BitOperations.RotateLeft(value, 24);
        value *= PrimeMx2;
        value ^= (value >> 35) + (ulong)length;
        value *= PrimeMx2;
        return value ^ (value >> 28);
    }

    private static ulong Hash9To16(ReadOnlySpan<byte> source, ulong seed)
    {
        var length = source.Length;
        var low = Read64(source) ^ ((Secret64(24) ^ Secret64(32)) + seed);
        var high = Read64(source[(length - 8)..]) ^ ((Secret64(40) ^ Secret64(48)) - seed);
        return Avalanche((ulong)length + BinaryPrimitives.ReverseEndianness(low) + high + MultiplyFold(low, high));
    }

    private static ulong Hash17To128(ReadOnlySpan<byte> source, ulong seed)
    {
        var length = source.Length;
        var sum = (ulong)length * Prime64_1;

        // Pairs of 16 bytes from both ends inwards; they overlap where the length is no multiple of 32.
        for (var pair = (length - 1) / 32; pair >= 0; pair--)
        {
            sum += Mix16(source[(16 * pair)..], 32 * pair, seed);
            sum += Mix16(source[(length - 16 * (pair + 1))..], 32 * pair + 16, seed);
        }

        return Avalanche(sum);
    }

    private static ulong Hash129To240(ReadOnlySpan<byte> source, ulong seed)
    {
        var length = source.Length;
        var sum = (ulong)length * Prime64_1;
        for (var i = 0; i < 8; i++)
            sum += Mix16(source[(16 * i)..], 16 * i, seed);

        sum = Avalanche(sum);
        for (var i = 8; i < length / 16; i++)
            sum += Mix16(source[(16 * i)..], 16 * (i - 8) + 3, seed);

        return Avalanche(sum + Mix16(source[(length - 16)..], 136 - 17, seed));
    }

    private static ulong HashLong(ReadOnlySpan<byte> source, ulong seed)
    {
        Span<byte> secret = stackalloc byte[SecretLength];
        for (var i = 0; i < SecretLength; i += 16)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(secret[i..], Secret64(i) + seed);
            BinaryPrimitives.WriteUInt64LittleEndian(secret[(i + 8)..], Secret64(i + 8) - seed);
        }

        Span<ulong> lanes =
        [
            Prime32_3, Prime64_1, Prime64_2, Prime64_3,
            Prime64_4, Prime32_2, Prime64_5, Prime32_1,
        ];

        var blocks = (source.Length - 1) / BlockLength;
        for (var block = 0; block < blocks; block++)
        {
            Accumulate(lanes, source.Slice(block * BlockLength, BlockLength), secret);
            Scramble(lanes, secret[(SecretLength - StripeLength)..]);
        }

        // The last stripe is the last 64 bytes, which overlap the stripes before them.
        var rest = source[(blocks * BlockLength)..];
        Accumulate(lanes, rest[..((rest.Length - 1) / StripeLength * StripeLength)], secret);
        Accumulate(lanes, source[^StripeLength..], secret[(SecretLength - StripeLength - 7)..]);

        var hash = (ulong)source.Length * Prime64_1;
        for (var i = 0; i < LaneCount; i += 2)
            hash += MultiplyFold(lanes[i] ^ Read64(secret[(11 + 8 * i)..]), lanes[i + 1] ^ Read64(secret[(19 + 8 * i)..]));

        return Avalanche(hash);
    }

    private static void Accumulate(Span<ulong> lanes, ReadOnlySpan<byte> stripes, ReadOnlySpan<byte> secret)
    {
        for (; stripes.Length >= StripeLength; stripes = stripes[StripeLength..], secret = secret[sizeof(ulong)..])
        {
            for (var i = 0; i < LaneCount; i++)
            {
                var value = Read64(stripes[(8 * i)..]);
                var key = value ^ Read64(secret[(8 * i)..]);
                lanes[i ^ 1] += value;
                lanes[i] += (ulong)(uint)key * (key >> 32);
            }
        }
    }

    private static void Scramble(Span<ulong> lanes, ReadOnlySpan<byte> secret)
    {
        for (var i = 0; i < LaneCount; i++)
        {
            var lane = lanes[i];
            lanes[i] = (lane ^ (lane >> 47) ^ Read64(secret[(8 * i)..])) * Prime32_1;
        }
    }

    private static ulong Mix16(ReadOnlySpan<byte> source, int secretOffset, ulong seed)
        => MultiplyFold(
            Read64(source) ^ (Secret64(secretOffset) + seed),
            Read64(source[8..]) ^ (Secret64(secretOffset + 8) - seed));

    private static ulong MultiplyFold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    private static ulong Avalanche(ulong hash)
    {
        hash ^= hash >> 37;
        hash *= PrimeMx1;
        return hash ^ (hash >> 32);
    }

    private static ulong Avalanche64(ulong hash)
    {
        hash ^= hash >> 33;
        hash *= Prime64_2;
        hash ^= hash >> 29;
        hash *= Prime64_3;
        return hash ^ (hash >> 32);
    }

    private static ulong Secret64(int offset) => Read64(Secret[offset..]);

    private static ulong Read64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    private static uint Read32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
