namespace Platform.CacheMap;

/// <summary>
/// What becomes unread when a row changes. It goes by names of tables and columns alone, so that it can be asked by
/// whoever learns of a change: the interceptor that saw it saved, code that wrote it by SQL, or a reader of the WAL.
/// </summary>
/// <remarks>
/// It asks for a row as it was and as it is. Where the row as it was is unknown (the WAL has at most its key), the tags
/// still reach what was cached under its former values.
/// </remarks>
public static class CacheMapping
{
    private static readonly Dictionary<string, Action<CacheChanges, Func<string, object?>>> Cached = new(StringComparer.Ordinal)
    {
        ["catalog.books"] = static (changes, row) => AddBook(changes, row("id"), isListed: true),
        ["catalog.book_authors"] = static (changes, row) => AddBook(changes, row("book_id"), isListed: true),
        ["catalog.book_categories"] = static (changes, row) => AddBook(changes, row("book_id"), isListed: true),
        // Lists do not show them, but searches find by them.
        ["catalog.book_translations"] = static (changes, row) => AddBook(changes, row("book_id"), isListed: true),
        ["catalog.book_identifiers"] = static (changes, row) =>
        {
            AddBook(changes, row("book_id"), isListed: false);
            // What was cached for a number that led nowhere carries no book's tag.
            if (row("scheme") is "isbn13" && row("value") is string isbn13)
            {
                changes.Add(CacheKeys.Isbn(isbn13));
            }
        },
        ["catalog.authors"] = static (changes, row) =>
        {
            if (Id(changes, row("id")) is { } id)
            {
                changes.Add(CacheKeys.Author(id));
                changes.Add(CacheTags.Author(id));
            }

            changes.Add(CacheTags.Authors);
            changes.Add(CacheTags.Books);
        },
        ["catalog.categories"] = static (changes, row) =>
        {
            if (Id(changes, row("id")) is { } id)
            {
                changes.Add(CacheKeys.Category(id));
                changes.Add(CacheTags.Category(id));
            }

            changes.Add(CacheTags.Categories);
        },
        ["catalog.category_counts"] = static (changes, _) => changes.Add(CacheTags.CategoryCounts),
        ["catalog.book_embeddings"] = static (changes, _) => changes.Add(CacheTags.Embeddings),
        ["store.products"] = static (changes, row) =>
        {
            AddProduct(changes, row("id"));
            // What was cached for a name that led nowhere carries no product's tag.
            if (row("slug") is string slug)
            {
                changes.Add(CacheKeys.Product(slug));
            }
        },
        ["store.product_variants"] = static (changes, row) => AddProduct(changes, row("product_id")),
        ["store.product_images"] = static (changes, row) => AddProduct(changes, row("product_id")),
        ["identity.users"] = static (changes, row) => AddUser(changes, row("id")),
        // Of a deleted row the WAL has its key alone.
        ["identity.sessions"] = static (changes, row) =>
        {
            if (row("user_id") is { } user)
            {
                AddUser(changes, user);
            }
            else if (Id(changes, row("id")) is { } id)
            {
                changes.Add(CacheTags.Session(id));
            }
        },
        ["identity.user_roles"] = static (changes, row) =>
        {
            if (Id(changes, row("user_id")) is { } id)
            {
                changes.Add(CacheTags.Permissions(id));
            }
        },
        ["identity.roles"] = static (changes, _) => changes.Add(CacheTags.Roles),
    };

    /// <summary>Tables that nothing cached is made of, each with the reason.</summary>
    public static readonly IReadOnlyDictionary<string, string> Uncached = new Dictionary<string, string>
    {
        ["catalog.book_embedding_queue"] = "work to do, which nobody reads",
        ["catalog.category_count_queue"] = "work to do, which nobody reads",
        ["catalog.book_search"] = "triggers derive it from tables that are mapped, in the same transaction",
        ["catalog.search_words"] = "triggers derive it from tables that are mapped, in the same transaction",
        ["identity.user_types"] = "set up once, read from the database",
        ["identity.refresh_tokens"] = "personal",
        ["identity.signing_keys"] = "secret",
        ["identity.addresses"] = "personal",
        ["store.inventory"] = "stock is never cached",
        ["store.stock_movements"] = "stock is never cached",
        ["store.carts"] = "personal",
        ["store.cart_items"] = "personal",
        ["store.orders"] = "personal",
        ["store.order_items"] = "personal",
        ["store.payments"] = "personal",
        ["store.reviews"] = "what people wrote is read from the database",
        ["store.review_drafts"] = "personal",
        ["store.review_votes"] = "personal",
        ["telemetry.interactions"] = "personal",
        ["telemetry.interaction_keys"] = "what was taken already, which nobody reads",
        ["ops.change_streams"] = "how far a reader of changes has come",
        ["ops.change_stream_snapshots"] = "how far a reader of changes has come",
        ["ops.idempotency_records"] = "personal",
        ["public.migrations_history"] = "nobody reads it",
    };

    /// <summary>
    /// The prefix of a logical message (<c>pg_logical_emit_message</c>) by which a transaction says that nothing cached shows what
    /// it writes, whatever its tables: readers of the WAL see which row was changed, and not in which columns.
    /// </summary>
    public const string NothingCached = "platform.uncached";

    /// <summary>Whether something cached is made of a table's rows.</summary>
    /// <param name="table">As <c>schema.table</c>.</param>
    public static bool IsCached(string table) => Cached.ContainsKey(table);

    /// <summary>The tables whose rows are in what is cached, as <c>schema.table</c>.</summary>
    public static IReadOnlyCollection<string> CachedTables => Cached.Keys;

    /// <summary>Adds what one state of a changed row makes unread; a table that nothing cached is made of adds nothing.</summary>
    /// <param name="changes">Gets the keys and tags.</param>
    /// <param name="table">As <c>schema.table</c>.</param>
    /// <param name="column">The value of a column, a UUID as itself or as text; null where it is unknown.</param>
    public static void Add(CacheChanges changes, string table, Func<string, object?> column)
    {
        if (Cached.TryGetValue(table, out var add))
        {
            add(changes, column);
        }
    }

    private static void AddBook(CacheChanges changes, object? bookId, bool isListed)
    {
        if (Id(changes, bookId) is { } id)
        {
            changes.Add(CacheKeys.Book(id));
            changes.Add(CacheTags.Book(id));
        }

        if (isListed)
        {
            changes.Add(CacheTags.Books);
        }
    }

    private static void AddProduct(CacheChanges changes, object? productId)
    {
        if (Id(changes, productId) is { } id)
        {
            changes.Add(CacheKeys.Product(id));
            changes.Add(CacheTags.Product(id));
        }

        changes.Add(CacheTags.Products);
    }

    private static void AddUser(CacheChanges changes, object? userId)
    {
        if (Id(changes, userId) is { } id)
        {
            changes.Add(CacheTags.User(id));
        }
    }

    private static Guid? Id(CacheChanges changes, object? value)
    {
        switch (value)
        {
            case Guid id:
                return id;
            case string text when Guid.TryParse(text, out var id):
                return id;
            default:
                // It changed, but not even its key is known: then anything may have.
                changes.AddEverything();
                return null;
        }
    }
}
