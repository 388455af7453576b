using Platform.Api.Http;
using Platform.Api.Identity.Sessions;
using Platform.CacheMap;
using Platform.Caching;

namespace Platform.Api;

/// <summary>
/// What the Api caches: one row a family. Which changes make which keys and tags unread is in
/// <c>CacheMap/CacheMapping.cs</c>. Nothing that is somebody's own is ever here but whether they may come in and what they may do;
/// nor loans or stock.
/// </summary>
internal static class CachePolicies
{
    private static readonly TimeSpan Outage = TimeSpan.FromHours(1);

    internal static readonly CachePolicy Book = new()
    {
        Family = "book", Ttl = TimeSpan.FromMinutes(30), MemoryTtl = TimeSpan.FromMinutes(5), NegativeTtl = TimeSpan.FromSeconds(30),
        StaleIfError = Outage, MemoryFloor = 16 << 20, Tags = Shown,
    };

    internal static readonly CachePolicy Isbn = new()
    {
        Family = "isbn", Ttl = TimeSpan.FromMinutes(30), MemoryTtl = TimeSpan.FromMinutes(5), NegativeTtl = TimeSpan.FromSeconds(30),
        StaleIfError = Outage, Tags = Shown,
    };

    internal static readonly CachePolicy BooksList = new()
    {
        Family = "books_list", Ttl = TimeSpan.FromMinutes(5), NegativeTtl = TimeSpan.FromSeconds(30), StaleIfError = Outage, MemoryFloor = 4 << 20,
        Tags = static (key, value) => [CacheTags.Books, CacheTags.Categories, .. Shown(key, value)],
    };

    internal static readonly CachePolicy Similar = new()
    {
        Family = "similar", Ttl = TimeSpan.FromMinutes(10), NegativeTtl = TimeSpan.FromSeconds(30), StaleIfError = Outage,
        Tags = static (_, _) => [CacheTags.Books, CacheTags.Embeddings],
    };

    internal static readonly CachePolicy Author = new()
    {
        Family = "author", Ttl = TimeSpan.FromMinutes(30), MemoryTtl = TimeSpan.FromMinutes(5), NegativeTtl = TimeSpan.FromSeconds(30),
        StaleIfError = Outage, MemoryFloor = 1 << 20,
    };

    internal static readonly CachePolicy AuthorsList = new()
    {
        Family = "authors_list", Ttl = TimeSpan.FromMinutes(5), StaleIfError = Outage, MemoryFloor = 1 << 20,
        Tags = static (_, _) => [CacheTags.Authors],
    };

    internal static readonly CachePolicy Category = new()
    {
        Family = "category", Ttl = TimeSpan.FromMinutes(30), MemoryTtl = TimeSpan.FromMinutes(5), NegativeTtl = TimeSpan.FromSeconds(30),
        StaleIfError = Outage,
    };

    internal static readonly CachePolicy Categories = new()
    {
        Family = "categories", Ttl = TimeSpan.FromMinutes(30), StaleIfError = Outage, SingleLoadInCluster = true, MemoryFloor = 1 << 20,
        Tags = static (_, _) => [CacheTags.Categories, CacheTags.CategoryCounts],
    };

    // No two loads are equal, since each answer says how long it took: nothing to audit by.
    internal static readonly CachePolicy Search = new()
    {
        Family = "search", Ttl = TimeSpan.FromMinutes(1), StaleIfError = Outage, MemoryFloor = 4 << 20, AuditRate = 0,
        Tags = static (_, _) => [CacheTags.Books, CacheTags.Categories, CacheTags.Embeddings],
    };

    internal static readonly CachePolicy Suggest = new()
    {
        Family = "suggest", Ttl = TimeSpan.FromMinutes(1), StaleIfError = Outage, MemoryFloor = 2 << 20, AuditRate = 0,
        Tags = static (_, _) => [CacheTags.Books, CacheTags.Categories],
    };

    // Prices are in it, and no stock: what is there changes with every order.
    internal static readonly CachePolicy Product = new()
    {
        Family = "product", Ttl = TimeSpan.FromHours(1), MemoryTtl = TimeSpan.FromMinutes(5), NegativeTtl = TimeSpan.FromSeconds(30),
        StaleIfError = Outage, MemoryFloor = 4 << 20, Tags = Shown,
    };

    internal static readonly CachePolicy ProductsList = new()
    {
        Family = "products_list", Ttl = TimeSpan.FromMinutes(5), StaleIfError = Outage, MemoryFloor = 1 << 20,
        Tags = static (_, _) => [CacheTags.Products],
    };

    // Analytics makes them of what happens all the time: there is nothing to audit by, and only what they show of books is told.
    internal static readonly CachePolicy AlsoLiked = Recommended("also_liked", TimeSpan.FromMinutes(10));

    internal static readonly CachePolicy BoughtTogether = Recommended("bought_together", TimeSpan.FromMinutes(10));

    internal static readonly CachePolicy Trending = Recommended("trending", TimeSpan.FromMinutes(1));

    // Asked by each request. Past its time it is not served, whatever fails: nobody stays in because nobody could look.
    internal static readonly CachePolicy User = new()
    {
        Family = "user", Ttl = TimeSpan.FromMinutes(5), MemoryTtl = TimeSpan.FromMinutes(5), MemoryFloor = 4 << 20,
        Tags = static (_, value) => value is SessionState session ? [CacheTags.User(session.UserId), CacheTags.Session(session.SessionId)] : [],
    };

    internal static readonly CachePolicy Permissions = new()
    {
        Family = "permissions", Ttl = TimeSpan.FromMinutes(10), MemoryTtl = TimeSpan.FromMinutes(10), MemoryFloor = 4 << 20,
        Tags = static (_, value) => value is PermissionSet permissions ? [CacheTags.Roles, CacheTags.Permissions(permissions.UserId)] : [CacheTags.Roles],
    };

    /// <summary>The table.</summary>
    internal static readonly IReadOnlyList<CachePolicy> All =
        [Book, Isbn, BooksList, Similar, Author, AuthorsList, Category, Categories, Search, Suggest, Product, ProductsList, AlsoLiked, BoughtTogether, Trending, User, Permissions];

    internal static void AddTo(CacheOptions options)
    {
        foreach (var policy in All)
        {
            options.Policies.Add(policy);
        }

        options.AddCodec(new CachedAnswerCodec());
    }

    private static CachePolicy Recommended(string family, TimeSpan ttl) => new()
    {
        Family = family, Ttl = ttl, MemoryTtl = TimeSpan.FromMinutes(1), NegativeTtl = TimeSpan.FromSeconds(30), StaleIfError = Outage, AuditRate = 0,
        Tags = static (_, _) => [CacheTags.Books],
    };

    // Tags that depend on the value: a book's authors and categories, which it shows by name.
    private static IEnumerable<CacheTag> Shown(CacheKey key, object? value) => value is CachedAnswer answer ? answer.Tags : [];
}
