using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Platform.Caching;

namespace Platform.Api.Http;

/// <summary>The answer of a public read as it is sent: bytes and their strong ETag, made once.</summary>
internal sealed class CachedAnswer
{
    /// <param name="body">JSON.</param>
    /// <param name="etag">With its quotes.</param>
    internal CachedAnswer(ReadOnlyMemory<byte> body, string etag) => (Body, ETag) = (body, etag);

    internal ReadOnlyMemory<byte> Body { get; }

    internal StringValues ETag { get; }

    /// <summary>What the answer shows besides what its key names; known where it was loaded, and nowhere kept.</summary>
    internal IReadOnlyList<CacheTag> Tags { get; private init; } = [];

    /// <summary>How long the load took; only whoever waited for it is told.</summary>
    internal string? ServerTiming { get; private init; }

    internal static CachedAnswer Of<T>(T value, JsonSerializerOptions options, AnswerLoad load)
    {
        var (body, etag) = Representation.Serialize(value, options);
        return new CachedAnswer(body, etag.Tag.Value!) { Tags = load.Tags, ServerTiming = load.ServerTiming };
    }
}
