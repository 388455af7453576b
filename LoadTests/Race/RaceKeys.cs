using System.Globalization;
using Platform.Caching;

namespace Platform.LoadTests.Race;

/// <summary>What is cached for a key: which version of the key was read, and of the part that this version has.</summary>
internal sealed record RaceValue(int Key, long Version, int Part, long PartVersion);

/// <summary>
/// What is raced for. A subject is anything with a version: 16 keys, 4 parts that the values of half the keys contain, and
/// a sentinel a node. Each bit of a key's number turns one feature of the cache on.
/// </summary>
internal static class RaceKeys
{
    internal const int Keys = 16;
    internal const int Parts = 4;
    internal const int Nodes = 2;
    internal const int Subjects = Keys + Parts + Nodes;
    internal const int Sentinels = Keys + Parts;

    private static readonly CachePolicy[] Policies = [.. Enumerable.Range(0, 4).Select(n => new CachePolicy
    {
        Family = string.Create(CultureInfo.InvariantCulture, $"race_{n}"),
        Ttl = TimeSpan.FromSeconds(3),
        // Redis alone; a time that ends within the race; one that lasts until the end of it.
        MemoryTtl = (n & 1) == 0 ? (n & 2) == 0 ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(3) : TimeSpan.Zero,
        NegativeTtl = TimeSpan.FromSeconds(2),
        StaleIfError = TimeSpan.FromSeconds(2),
        EagerRefresh = 0.6,
        SingleLoadInCluster = (n & 2) != 0,
        AuditRate = 0,
        Tags = Tags,
    })];

    /// <summary>Long in memory, so that its end there shows that an invalidation was heard.</summary>
    internal static CachePolicy SentinelPolicy { get; } = new() { Family = "race_sentinel", Ttl = TimeSpan.FromMinutes(10), MemoryTtl = TimeSpan.FromMinutes(10), EagerRefresh = 1, AuditRate = 0 };

    internal static CacheKey Key(int subject) => new(string.Create(CultureInfo.InvariantCulture, $"race:{subject}"));

    internal static CachePolicy Policy(int key) => Policies[key >> 2];

    /// <summary>Whether changes of the key are told by its tag, not by its key.</summary>
    internal static bool IsToldByTag(int subject) => subject >= Keys || (subject & 1) != 0;

    /// <summary>Whether its value contains a part; which, changes with every version.</summary>
    internal static bool HasPart(int key) => (key & 2) != 0;

    internal static int PartSubject(int key, long version) => Keys + (int)((key + version) % Parts);

    /// <summary>Every fifth version says that there is none: null.</summary>
    internal static bool IsAbsent(long version) => version % 5 == 4;

    internal static CacheTag Tag(int subject) => new(string.Create(CultureInfo.InvariantCulture, $"subject:{subject}"));

    private static IEnumerable<CacheTag> Tags(CacheKey key, object? value)
    {
        yield return Tag(int.Parse(key.Value.AsSpan("race:".Length), CultureInfo.InvariantCulture));
        if (value is RaceValue { Part: > 0 and var part })
            yield return Tag(part);
    }
}
