using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Store;

/// <summary>A shop for the demo catalogue: every book as paperback, every third as hardcover as well, with some copies of each.</summary>
internal static class DemoProducts
{
    /// <summary>Stores them when the shop has no product.</summary>
    /// <param name="db">A context as a role that may write the store.</param>
    /// <param name="cancellationToken">Stops; nothing is then stored.</param>
    /// <returns>How many products were stored; 0 when there were some.</returns>
    internal static async Task<int> LoadIfEmptyAsync(PlatformDbContext db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Two that load at once: the second waits here and then finds the shop filled.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('platform demo'))", cancellationToken);
        if (await db.Products.AnyAsync(cancellationToken))
        {
            return 0;
        }

        // A slug of the title; where titles are alike, or have no Latin letter, a piece of the book's id makes it one.
        var products = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO store.products (id, book_id, slug, title, description, category_id, status, created_at, updated_at)
            SELECT gen_random_uuid(), b.id, CASE WHEN count(*) OVER (PARTITION BY s.slug) = 1 AND s.slug <> '' THEN s.slug
                    ELSE concat_ws('-', nullif(s.slug, ''), right(replace(b.id::text, '-', ''), 12)) END,
                b.title, b.description, (SELECT min(c.category_id::text)::uuid FROM catalog.book_categories c WHERE c.book_id = b.id), 'active', b.created_at, b.created_at
            FROM catalog.books b
            CROSS JOIN LATERAL (SELECT trim(BOTH '-' FROM regexp_replace(lower(unaccent(b.title)), '[^a-z0-9]+', '-', 'g')) AS slug) s
            WHERE b.deleted_at IS NULL
            """, cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            WITH numbered AS (SELECT id, row_number() OVER (ORDER BY slug) AS n FROM store.products)
            INSERT INTO store.product_variants (id, product_id, format, sku, price, currency, is_active)
            SELECT gen_random_uuid(), id, f.format, format('DEMO-%s-%s', n, f.letter), f.price + n % 10, 'EUR', true
            FROM numbered CROSS JOIN (VALUES ('paperback', 'P', 7.90), ('hardcover', 'H', 19.90)) f (format, letter, price)
            WHERE f.format = 'paperback' OR n % 3 = 0
            """, cancellationToken);
        await db.Database.ExecuteSqlAsync($"INSERT INTO store.inventory (variant_id, reserved, reorder_point) SELECT id, 0, 3 FROM store.product_variants", cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO store.stock_movements (id, variant_id, quantity, kind, note, at)
            SELECT gen_random_uuid(), id, 5 + (row_number() OVER (ORDER BY sku) % 20)::int, 'receipt', 'Opening stock', now() FROM store.product_variants
            """, cancellationToken);
        // Where there was nothing, "nothing" may be cached under any name.
        db.ChangesInTransaction().AddEverything();
        await transaction.CommitAsync(cancellationToken);
        return products;
    }
}
