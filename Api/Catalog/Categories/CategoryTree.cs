using System.ComponentModel;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Catalog.Categories;

/// <summary>A category with those under it.</summary>
internal sealed record CategoryNode(
    Guid Id,
    string Name,
    string Slug,
    [property: Description("Books here or anywhere below, each counted once; as of about a second ago, in a catalogue of a million books of about a minute.")] int BookCount,
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

    /// <summary>The whole tree with its counts as <see cref="CategoryCountWorker"/> last made them.</summary>
    internal static async Task<List<CategoryNode>> ReadAsync(PlatformDbContext db, CancellationToken cancellationToken)
    {
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT c.id AS "Id", c.parent_id AS "ParentId", c.name AS "Name", c.slug AS "Slug", coalesce(n.books, 0)::int AS "BookCount"
            FROM catalog.categories c LEFT JOIN catalog.category_counts n ON n.category_id = c.id
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
