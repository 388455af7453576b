using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Api.Http;

/// <summary>
/// A place in a list: the sort key and id of the last row seen. It holds a hash of the list it was made for (its sort
/// and filters), because continued under another sort it would skip and repeat rows without a sign.
/// </summary>
/// <param name="Key">The sort key as text; empty where the id is the whole key.</param>
/// <param name="Id">The row.</param>
internal sealed record Cursor(string Key, Guid Id)
{
    private const int ScopeBytes = 8;
    private const int HeaderBytes = ScopeBytes + 16;

    // Refuses what is not UTF-8 in place of replacing it.
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The cursor as callers see it.</summary>
    /// <param name="scope">What list it is: resource, sort and filters.</param>
    internal string Encode(string scope)
    {
        var bytes = new byte[HeaderBytes + Utf8.GetByteCount(Key)];
        Hash(scope).CopyTo(bytes, 0);
        Id.TryWriteBytes(bytes.AsSpan(ScopeBytes), bigEndian: true, out _);
        Utf8.GetBytes(Key, bytes.AsSpan(HeaderBytes));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads <c>after</c>; adds an error when it is no cursor of this list.</summary>
    /// <returns>Null when there is none, or it is wrong.</returns>
    internal static Cursor? Read(string? after, string scope, FieldErrors errors, Func<string, bool>? keyIsValid = null)
    {
        if (after is null)
        {
            return null;
        }

        if (Decode(after, scope) is { } cursor && FieldErrors.IsStorable(cursor.Key) && keyIsValid?.Invoke(cursor.Key) is not false)
        {
            return cursor;
        }

        errors.Add("after", "after must be the `next` of a page of this list, asked for with the same sort and filters.");
        return null;
    }

    private static Cursor? Decode(string text, string scope)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(text);
            return bytes.Length >= HeaderBytes && bytes.AsSpan(0, ScopeBytes).SequenceEqual(Hash(scope))
                ? new Cursor(Utf8.GetString(bytes.AsSpan(HeaderBytes)), new Guid(bytes.AsSpan(ScopeBytes, 16), bigEndian: true))
                : null;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[] Hash(string scope) => SHA256.HashData(Encoding.UTF8.GetBytes(scope))[..ScopeBytes];
}
