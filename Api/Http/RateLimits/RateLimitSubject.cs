using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;

namespace Platform.Api.Http.RateLimits;

/// <summary>Those whom limits are for, as numbers: a bucket's name says no more than that.</summary>
internal static class RateLimitSubject
{
    // As accounts are looked up.
    private static readonly UpperInvariantLookupNormalizer Lookup = new();

    /// <summary>Where a request comes from: an IPv4 address, or an IPv6 network of 64 bits, in which a client takes what address it likes.</summary>
    internal static UInt128 Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out var length))
        {
            return UInt128.Zero;
        }

        if (length == 4)
        {
            return V4(bytes);
        }

        return address.IsIPv4MappedToIPv6 ? V4(bytes[12..]) : new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), 0);
    }

    /// <summary>A user.</summary>
    internal static UInt128 Of(Guid user)
    {
        Span<byte> bytes = stackalloc byte[16];
        user.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>An account by its address, whether it exists or not; under a key, so that nobody reads addresses in Redis.</summary>
    /// <returns>Null when no account can have such an address.</returns>
    internal static UInt128? Of(string? email, ReadOnlySpan<byte> key)
    {
        var text = email?.Trim();
        if (string.IsNullOrEmpty(text) || !FieldErrors.IsStorable(text))
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(Lookup.NormalizeEmail(text)), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    // As mapped into IPv6 (RFC 4291, 2.5.5.2), where no network of 64 bits is.
    private static UInt128 V4(ReadOnlySpan<byte> bytes) => new(0, 0xFFFF_0000_0000UL | BinaryPrimitives.ReadUInt32BigEndian(bytes));
}
