using Platform.Caching;

namespace Platform.CacheMap;

/// <summary>The groups in which cached values are invalidated: a value carries the tag of all that it shows but is not named by.</summary>
public static class CacheTags
{
    /// <summary>Carried by whatever lists books or finds them: which page a changed book belongs on cannot be told from its row.</summary>
    public static readonly CacheTag Books = new("books");

    /// <summary>Carried by lists of authors.</summary>
    public static readonly CacheTag Authors = new("authors");

    /// <summary>Carried by whatever depends on the tree of categories.</summary>
    public static readonly CacheTag Categories = new("categories");

    /// <summary>Carried by whatever shows how many books categories have.</summary>
    public static readonly CacheTag CategoryCounts = new("category_counts");

    /// <summary>Carried by whatever compares books by meaning.</summary>
    public static readonly CacheTag Embeddings = new("embeddings");

    /// <summary>Carried by lists of products.</summary>
    public static readonly CacheTag Products = new("products");

    /// <summary>Carried by what names roles.</summary>
    public static readonly CacheTag Roles = new("roles");

    /// <summary>Carried by what is known of a user's sessions.</summary>
    public static CacheTag User(Guid id) => new($"user:{id}");

    /// <summary>Carried by what is known of the session.</summary>
    public static CacheTag Session(Guid id) => new($"session:{id}");

    /// <summary>Carried by what the user may do, wherever that is.</summary>
    public static CacheTag Permissions(Guid userId) => new($"permissions:{userId}");

    /// <summary>Carried by what leads to the product under its name in addresses.</summary>
    public static CacheTag Product(Guid id) => new($"product:{id}");

    /// <summary>Carried by what leads to the book under another key than its own.</summary>
    public static CacheTag Book(Guid id) => new($"book:{id}");

    /// <summary>Carried by the books that name the author, and by the pages of their books.</summary>
    public static CacheTag Author(Guid id) => new($"author:{id}");

    /// <summary>Carried by the books filed in the category.</summary>
    public static CacheTag Category(Guid id) => new($"category:{id}");
}
