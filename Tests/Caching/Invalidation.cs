using Platform.Caching;

namespace Platform.Tests.Caching;

/// <summary>The ways to say that a value is no longer good.</summary>
public enum Invalidation
{
    OfKey,
    OfTag,
    OfEverything,
}

/// <summary>Books whose values name their author, each in another way invalidated.</summary>
internal static class Invalidations
{
    internal static readonly CacheKey Key = new("book:1");

    /// <summary>The tag depends on the value, so that nobody knows it before the load has ended.</summary>
    internal static readonly CachePolicy Book = new()
    {
        Family = "book", Ttl = TimeSpan.FromMinutes(30), Jitter = 0, AuditRate = 0, Tags = static (_, value) => [new CacheTag($"author:{value}")],
    };

    /// <summary>Invalidates what has been loaded as <c>old</c>.</summary>
    internal static ValueTask ApplyAsync(this Invalidation invalidation, CacheManager node) => invalidation switch
    {
        Invalidation.OfKey => node.InvalidateAsync([Key], []),
        Invalidation.OfTag => node.InvalidateAsync([], [new CacheTag("author:old")]),
        _ => node.InvalidateAllAsync(),
    };

    internal static ValueTask<string> ReadAsync(this CacheManager node, string current) =>
        node.GetOrCreateAsync(Key, _ => new ValueTask<string>(current), Book, TestContext.Current.CancellationToken);
}
