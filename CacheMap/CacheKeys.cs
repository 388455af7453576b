using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Platform.Caching;

namespace Platform.CacheMap;

/// <summary>The keys of what is cached: <c>{entity}:{id}[:{context}]</c>. What each family is and how long it lives is in the Api's table of policies.</summary>
public static class CacheKeys
{
    /// <summary>All categories with their numbers of books.</summary>
    public static readonly CacheKey Categories = new("categories");

    /// <summary>A book.</summary>
    public static CacheKey Book(Guid id) => new($"book:{id}");

    /// <summary>What <c>GET /books/isbn/{isbn}</c> finds.</summary>
    /// <param name="isbn13">Digits only.</param>
    public static CacheKey Isbn(string isbn13) => new($"isbn:{isbn13}");

    /// <summary>A page of books.</summary>
    /// <param name="page">All that makes it this page, in one spelling.</param>
    public static CacheKey Books(string page) => new($"books:{Short(page)}");

    /// <summary>The books that are most like a book.</summary>
    public static CacheKey Similar(Guid id, int limit) => new(string.Create(null, $"similar:{id}:{limit}"));

    /// <summary>An author.</summary>
    public static CacheKey Author(Guid id) => new($"author:{id}");

    /// <summary>A page of authors.</summary>
    /// <inheritdoc cref="Books" />
    public static CacheKey Authors(string page) => new($"authors:{Short(page)}");

    /// <summary>A page of the books of an author.</summary>
    /// <inheritdoc cref="Books" />
    public static CacheKey AuthorBooks(Guid id, string page) => new($"author:{id}:books:{Short(page)}");

    /// <summary>A category.</summary>
    public static CacheKey Category(Guid id) => new($"category:{id}");

    /// <summary>A page of the books of a category.</summary>
    /// <inheritdoc cref="Books" />
    public static CacheKey CategoryBooks(Guid id, string page) => new($"category:{id}:books:{Short(page)}");

    /// <summary>Whether a session of a user lives.</summary>
    public static CacheKey User(Guid id, Guid sessionId) => new($"user:{id}:{sessionId}");

    /// <summary>What a user may do on the platform as a whole.</summary>
    public static CacheKey Permissions(Guid userId) => new($"permissions:{userId}:platform");

    /// <summary>A product.</summary>
    public static CacheKey Product(Guid id) => new($"product:{id}");

    /// <summary>The product of this name in addresses; no id is one.</summary>
    public static CacheKey Product(string slug) => new($"product:{Short(slug)}:slug");

    /// <summary>A page of products.</summary>
    /// <inheritdoc cref="Books" />
    public static CacheKey Products(string page) => new($"products:{Short(page)}");

    /// <summary>The books that readers of a book like.</summary>
    public static CacheKey AlsoLiked(Guid book, int limit) => new(string.Create(null, $"also-liked:{book}:{limit}"));

    /// <summary>The books that were ordered with a product.</summary>
    public static CacheKey BoughtTogether(Guid product, int limit) => new(string.Create(null, $"bought-together:{product}:{limit}"));

    /// <summary>The books that are in demand.</summary>
    /// <param name="window">Since when, one of a few.</param>
    /// <param name="limit">How many.</param>
    public static CacheKey Trending(string window, int limit) => new(string.Create(null, $"trending:{window}:{limit}"));

    /// <summary>What a search finds.</summary>
    /// <param name="query">All that makes it this search, in one spelling.</param>
    public static CacheKey Search(string query) => new($"search:{Short(query)}");

    /// <summary>What is suggested for a beginning.</summary>
    /// <inheritdoc cref="Search" />
    public static CacheKey Suggest(string query) => new($"suggest:{Short(query)}");

    // What people type may be longer than a key, and their business alone.
    private static string Short(string spelling) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(spelling)).AsSpan(0, 16));
}
