using System.Globalization;
using Platform.Caching;

namespace Platform.Api.Http;

/// <summary>What is told of an answer's way through the cache, and for how long others may keep it.</summary>
/// <remarks>
/// Nobody tells browsers and proxies of a change, so they may keep an answer only for a short time from now, however
/// long it is fresh here. <c>Age</c> counts against <c>max-age</c> (RFC 9111, 4.2.3), which therefore begins with it.
/// There is no <c>Vary</c>: nothing that a request says changes a public answer but its address.
/// </remarks>
internal static class CacheHeaders
{
    /// <summary>How long others may keep an answer without asking.</summary>
    internal const int FreshSeconds = 30;

    private const int KnownAges = 3600;
    private const string Status = "Cache-Status";
    private const string FromMemory = "platform; hit; detail=memory";
    private const string FromRedis = "platform; hit; detail=redis";
    private const string LoadedAndStored = "platform; fwd=miss; stored";
    private const string Loaded = "platform; fwd=miss";
    private const string Stale = "platform; fwd=stale; detail=load-failed";

    private static readonly (string Age, string Control)[] ByAge = [.. Enumerable.Range(0, KnownAges).Select(Of)];

    /// <summary>RFC 9211.</summary>
    internal static void SayStatus<T>(IHeaderDictionary headers, in CacheResult<T> result) => headers[Status] = result switch
    {
        { IsStale: true } => Stale,
        { Level: CacheLevel.Memory } => FromMemory,
        { Level: CacheLevel.Redis } => FromRedis,
        { Ttl.Ticks: > 0 } => LoadedAndStored,
        _ => Loaded,
    };

    /// <summary><c>Cache-Control</c>, and <c>Age</c> where the answer was not made for this request.</summary>
    internal static void SayFreshness<T>(IHeaderDictionary headers, in CacheResult<T> result)
    {
        var seconds = Math.Max(0, result.Age.Ticks / TimeSpan.TicksPerSecond);
        var (age, control) = seconds < KnownAges ? ByAge[seconds] : Of((int)seconds);
        headers.CacheControl = result.IsStale ? "public, max-age=0" : control;
        if (result.Level != CacheLevel.Source)
        {
            headers.Age = age;
        }
    }

    private static (string Age, string Control) Of(int age) => (
        age.ToString(CultureInfo.InvariantCulture),
        string.Create(CultureInfo.InvariantCulture, $"public, max-age={age + FreshSeconds}, stale-while-revalidate={FreshSeconds}"));
}
