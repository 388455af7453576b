using Platform.Api.Data;
using Platform.Caching;

namespace Platform.Api.Http;

/// <summary>One reading of an answer from the database, apart from the requests that wait for it.</summary>
/// <param name="services">Of the load's own scope.</param>
internal sealed class AnswerLoad(IServiceProvider services)
{
    private readonly List<CacheTag> _tags = [];

    internal PlatformDbContext Db { get; } = services.GetRequiredService<PlatformDbContext>();

    internal IReadOnlyList<CacheTag> Tags => _tags;

    /// <summary>Said as the header <c>Server-Timing</c> to those who waited.</summary>
    internal string? ServerTiming { get; set; }

    internal T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>The answer shows something of this group: a change of it makes the answer unread.</summary>
    internal void DependsOn(CacheTag tag) => _tags.Add(tag);
}
