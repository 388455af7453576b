using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Catalog.Embeddings;

/// <summary>What a book's vector is made of: title and subtitle, series, authors, main categories, description, a line each.</summary>
internal sealed record BookText(Guid Id, string Text)
{
    /// <summary>Tells whether a vector is of this text.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes(Text));

    /// <summary>The texts of those books that exist and are not deleted, read in one statement.</summary>
    public static Task<List<BookText>> ReadAsync(PlatformDbContext db, Guid[] ids, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<BookText>($"""
            SELECT b.id, concat_ws(E'\n',
                concat_ws(': ', b.title, b.subtitle),
                b.series_name,
                (SELECT string_agg(a.name, ', ' ORDER BY ba.position, a.id)
                   FROM catalog.book_authors ba JOIN catalog.authors a ON a.id = ba.author_id
                  WHERE ba.book_id = b.id),
                (SELECT string_agg(c.name, ', ' ORDER BY c.place)
                   FROM (SELECT c.name, row_number() OVER (ORDER BY bc.weight DESC NULLS LAST, c.slug, c.id) AS place
                           FROM catalog.book_categories bc JOIN catalog.categories c ON c.id = bc.category_id
                          WHERE bc.book_id = b.id) c
                  WHERE c.place <= 5),
                b.description) AS text
            FROM catalog.books b
            WHERE b.id = ANY({ids}) AND b.deleted_at IS NULL
            """).ToListAsync(cancellationToken);
}
