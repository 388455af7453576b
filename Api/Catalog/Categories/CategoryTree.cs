using System.ComponentModel;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Catalog.Categories;

/// <summary>A category with those under it.</summary>
internal sealed record CategoryNode(
    Guid Id,
    string Name,
    string Slug,
    [property: Description("Books here or anywhere below, each counted once.")] int BookCount,
    [property: Description("By name.")] List<CategoryNode> Children);

/// <summary>Questions about the tree that one SQL statement answers.</summary>
internal static class CategoryTree
{
    /// <summary>Levels of the tree; keeps recursion, and the nesting of its JSON, in bounds.</summary>
    internal const int MaxDepth = 10;

    /// <summary>The category of that slug or id with all below it; empty when there is none.</summary>
    internal static Task<List<Guid>> SubtreeAsync(PlatformDbContext db, string slugOrId, CancellationToken cancellationToken)
    {
        var id = Guid.TryParse(slugOrId, out var parsed) ? parsed : (Guid?)null;
        return db.Database.SqlQuery<Guid>($"""
            WITH RECURSIVE subtree AS (
                SELECT id FROM catalog.categories WHERE (id = {id} OR slug = {slugOrId}) AND deleted_at IS NULL
                UNION
                SELECT c.id FROM catalog.categories c JOIN subtree s ON c.parent_id = s.id WHERE c.deleted_at IS NULL)
            SELECT id FROM subtree
            """).ToListAsync(cancellationToken);
    }

    /// <summary>The whole tree with its counts.</summary>
    internal static async Task<List<CategoryNode>> ReadAsync(PlatformDbContext db, CancellationToken cancellationToken)
    {
        // A category without any below it, which is most of them, needs no DISTINCT: a book is in it once.
        var rows = await db.Database.SqlQuery<Row>($"""
            WITH RECURSIVE pairs AS (
                SELECT id AS root, id AS member FROM catalog.categories WHERE deleted_at IS NULL
                UNION
                SELECT p.root, c.id FROM pairs p JOIN catalog.categories c ON c.parent_id = p.member WHERE c.deleted_at IS NULL),
            parents AS (SELECT root FROM pairs GROUP BY root HAVING count(*) > 1),
            counts AS (
                SELECT category_id AS id, count(*) AS books FROM catalog.book_categories
                WHERE book_id NOT IN (SELECT id FROM catalog.books WHERE deleted_at IS NOT NULL)
                GROUP BY category_id HAVING category_id NOT IN (SELECT root FROM parents)
                UNION ALL
                SELECT root, count(*) FROM (
                    SELECT DISTINCT p.root, bc.book_id FROM pairs p JOIN catalog.book_categories bc ON bc.category_id = p.member
                    WHERE p.root IN (SELECT root FROM parents)
                      AND bc.book_id NOT IN (SELECT id FROM catalog.books WHERE deleted_at IS NOT NULL)) AS filed
                GROUP BY root)
            SELECT c.id AS "Id", c.parent_id AS "ParentId", c.name AS "Name", c.slug AS "Slug", coalesce(n.books, 0)::int AS "BookCount"
            FROM catalog.categories c LEFT JOIN counts n ON n.id = c.id
            WHERE c.deleted_at IS NULL
            ORDER BY c.name, c.id
            """).ToListAsync(cancellationToken);

        var nodes = rows.ToDictionary(r => r.Id, r => new CategoryNode(r.Id, r.Name, r.Slug, r.BookCount, []));
        var top = new List<CategoryNode>();
        foreach (var row in rows)
        {
            (row.ParentId is { } parent ? nodes[parent].Children : top).Add(nodes[row.Id]);
        }

        return top;
    }

    private sealed record Row(Guid Id, Guid? ParentId, string Name, string Slug, int BookCount);
}
