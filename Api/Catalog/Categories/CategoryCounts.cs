using Microsoft.EntityFrameworkCore.Migrations;

namespace Platform.Api.Catalog.Categories;

/// <summary>
/// <c>catalog.category_counts</c>: how many books each category has, with all below it. To count them takes seconds in a
/// catalogue of a million, since a book filed twice below a category counts once; so they are stored, and the worker
/// counts anew when <c>catalog.category_count_queue</c> says that something changed. The database fills the queue itself,
/// so that no writer can forget to; it is append-only, so that no writer waits for another.
/// </summary>
internal static class CategoryCounts
{
    internal static void AddCategoryCounts(this WebApplicationBuilder builder) => builder.Services.AddHostedService<CategoryCountWorker>();

    internal static void CreateCategoryCounts(this MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        CREATE TABLE catalog.category_counts (
            category_id uuid CONSTRAINT pk_category_counts PRIMARY KEY
                CONSTRAINT fk_category_counts_categories_category_id REFERENCES catalog.categories (id) ON DELETE CASCADE,
            books bigint NOT NULL);
        CREATE TABLE catalog.category_count_queue (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_category_count_queue PRIMARY KEY);

        CREATE FUNCTION catalog.count_books_by_category() RETURNS TABLE (category_id uuid, books bigint)
        LANGUAGE sql STABLE SET search_path = catalog, pg_temp SET work_mem = '128MB' SET jit = off AS $$
            WITH RECURSIVE pairs AS (
                SELECT id AS root, id AS member FROM categories WHERE deleted_at IS NULL
                UNION
                SELECT p.root, c.id FROM pairs p JOIN categories c ON c.parent_id = p.member WHERE c.deleted_at IS NULL),
            -- Books that are filed alike count alike: a few thousand ways to file them stand for all books.
            ways AS (
                SELECT filed, count(*) AS books FROM (
                    SELECT array_agg(bc.category_id ORDER BY bc.category_id) AS filed FROM book_categories bc
                    WHERE bc.book_id NOT IN (SELECT id FROM books WHERE deleted_at IS NOT NULL)
                    GROUP BY bc.book_id) AS by_book
                GROUP BY filed),
            counted AS (
                SELECT root, sum(books)::bigint AS books FROM (
                    SELECT DISTINCT w.filed, w.books, p.root FROM ways w CROSS JOIN LATERAL unnest(w.filed) AS f (member) JOIN pairs p USING (member)) AS once
                GROUP BY root)
            SELECT c.id, coalesce(n.books, 0) FROM categories c LEFT JOIN counted n ON n.root = c.id WHERE c.deleted_at IS NULL
        $$;

        CREATE FUNCTION catalog.queue_category_count() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO catalog.category_count_queue DEFAULT VALUES;
            RETURN NULL;
        END $$;

        CREATE TRIGGER queue_category_count AFTER INSERT OR UPDATE OR DELETE ON catalog.book_categories
            FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_category_count();
        CREATE TRIGGER queue_category_count AFTER UPDATE OF parent_id, deleted_at ON catalog.categories
            FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_category_count();
        CREATE TRIGGER queue_category_count AFTER UPDATE OF deleted_at ON catalog.books
            FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_category_count();

        INSERT INTO catalog.category_counts SELECT * FROM catalog.count_books_by_category();
        """);

    internal static void DropCategoryCounts(this MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        DROP TRIGGER queue_category_count ON catalog.book_categories;
        DROP TRIGGER queue_category_count ON catalog.categories;
        DROP TRIGGER queue_category_count ON catalog.books;
        DROP FUNCTION catalog.queue_category_count();
        DROP FUNCTION catalog.count_books_by_category();
        DROP TABLE catalog.category_count_queue;
        DROP TABLE catalog.category_counts;
        """);
}
