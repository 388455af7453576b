using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Caching;

namespace Platform.Api.Diagnostics;

/// <summary><c>/diagnostics/cache</c>.</summary>
internal static class CacheEndpoints
{
    internal static void MapCacheDiagnostics(this RouteGroupBuilder api)
    {
        var cache = api.MapGroup("/diagnostics/cache").WithTags("Diagnostics");
        cache.MapGet("/", Get).WithSummary("What the cache of the answering process holds and has done.").ForAdministrators();
        cache.MapPost("/invalidate", Invalidate).WithSummary("Make cached values unread, on every process.").ForAdministrators().ReadsBody(InvalidationRequest.Example);
    }

    /// <summary>The cache of one process.</summary>
    internal sealed record CacheState(
        [property: Description("Whether Redis is in use; if not, values come from memory, for a short time, and the database.")] bool IsAttached,
        [property: Description("What the values in memory take, in bytes.")] long Bytes,
        IReadOnlyList<CacheFamily> Families);

    /// <summary>Values that are cached alike.</summary>
    internal sealed record CacheFamily(
        string Name,
        [property: Description("Answers from the process' memory since it started.")] long MemoryHits,
        [property: Description("Answers from Redis since the process started.")] long RedisHits,
        [property: Description("Answers that were loaded, or waited for a load.")] long Misses,
        [property: Description("Hits as a share of all answers, 0 to 1; null before the first.")] double? HitRatio,
        [property: Description("Values in memory.")] long Entries,
        [property: Description("Their size, in bytes.")] long Bytes);

    private static Ok<CacheState> Get(CacheManager cache)
    {
        var families = cache.GetStatistics();
        return TypedResults.Ok(new CacheState(cache.IsAttached, families.Sum(f => f.Bytes),
            [.. families.Select(f => new CacheFamily(f.Family, f.MemoryHits, f.RedisHits, f.Misses, f.HitRatio, f.Entries, f.Bytes))]));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Invalidate(InvalidationRequest request, CacheManager cache)
    {
        var errors = request.Check();
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        if (request.All)
        {
            await cache.InvalidateAllAsync();
        }
        else
        {
            await cache.InvalidateAsync([.. (request.Keys ?? []).Select(key => new CacheKey(key!))], [.. (request.Tags ?? []).Select(tag => new CacheTag(tag!))]);
        }

        return TypedResults.NoContent();
    }
}
