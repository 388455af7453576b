using Microsoft.EntityFrameworkCore.Migrations;

namespace Platform.Api.Catalog.Embeddings;

/// <summary>
/// <c>catalog.book_embedding_queue</c>: the books whose text may have changed. The database fills it itself, so no writer
/// can forget to. It is append-only: a change that happens while the book is being embedded adds a row of its own and
/// neither waits for the embedding nor gets lost with the row that caused it.
/// </summary>
internal static class EmbeddingQueue
{
    internal static void CreateEmbeddingQueue(this MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        CREATE TABLE catalog.book_embedding_queue (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            book_id uuid NOT NULL);
        CREATE INDEX ix_book_embedding_queue_book_id ON catalog.book_embedding_queue (book_id);

        CREATE FUNCTION catalog.queue_new_books() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO catalog.book_embedding_queue (book_id) SELECT id FROM changed;
            RETURN NULL;
        END $$;

        CREATE FUNCTION catalog.queue_changed_books() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO catalog.book_embedding_queue (book_id)
            SELECT c.id FROM changed c JOIN previous p ON p.id = c.id
            WHERE (c.title, c.subtitle, c.series_name, c.description, c.deleted_at)
                IS DISTINCT FROM (p.title, p.subtitle, p.series_name, p.description, p.deleted_at);
            RETURN NULL;
        END $$;

        CREATE FUNCTION catalog.queue_linked_books() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO catalog.book_embedding_queue (book_id) SELECT DISTINCT book_id FROM changed;
            RETURN NULL;
        END $$;

        CREATE FUNCTION catalog.queue_relinked_books() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO catalog.book_embedding_queue (book_id)
            SELECT book_id FROM changed UNION SELECT book_id FROM previous;
            RETURN NULL;
        END $$;

        CREATE FUNCTION catalog.queue_books_of_renamed_authors() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO catalog.book_embedding_queue (book_id)
            SELECT DISTINCT ba.book_id FROM changed c JOIN previous p ON p.id = c.id AND p.name <> c.name
            JOIN catalog.book_authors ba ON ba.author_id = c.id;
            RETURN NULL;
        END $$;

        CREATE FUNCTION catalog.queue_books_of_renamed_categories() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO catalog.book_embedding_queue (book_id)
            SELECT DISTINCT bc.book_id FROM changed c JOIN previous p ON p.id = c.id AND p.name <> c.name
            JOIN catalog.book_categories bc ON bc.category_id = c.id;
            RETURN NULL;
        END $$;

        CREATE TRIGGER queue_embedding_insert AFTER INSERT ON catalog.books
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_new_books();
        CREATE TRIGGER queue_embedding_update AFTER UPDATE ON catalog.books
            REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_changed_books();

        CREATE TRIGGER queue_embedding_insert AFTER INSERT ON catalog.book_authors
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_linked_books();
        CREATE TRIGGER queue_embedding_update AFTER UPDATE ON catalog.book_authors
            REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_relinked_books();
        CREATE TRIGGER queue_embedding_delete AFTER DELETE ON catalog.book_authors
            REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_linked_books();

        CREATE TRIGGER queue_embedding_insert AFTER INSERT ON catalog.book_categories
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_linked_books();
        CREATE TRIGGER queue_embedding_update AFTER UPDATE ON catalog.book_categories
            REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_relinked_books();
        CREATE TRIGGER queue_embedding_delete AFTER DELETE ON catalog.book_categories
            REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_linked_books();

        CREATE TRIGGER queue_embedding_update AFTER UPDATE ON catalog.authors
            REFERENCING OLD TABLE AS previous NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_books_of_renamed_authors();
        CREATE TRIGGER queue_embedding_update AFTER UPDATE ON catalog.categories
            REFERENCING OLD TABLE AS previous NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION catalog.queue_books_of_renamed_categories();
        """);

    internal static void DropEmbeddingQueue(this MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        DROP TRIGGER queue_embedding_insert ON catalog.books;
        DROP TRIGGER queue_embedding_update ON catalog.books;
        DROP TRIGGER queue_embedding_insert ON catalog.book_authors;
        DROP TRIGGER queue_embedding_update ON catalog.book_authors;
        DROP TRIGGER queue_embedding_delete ON catalog.book_authors;
        DROP TRIGGER queue_embedding_insert ON catalog.book_categories;
        DROP TRIGGER queue_embedding_update ON catalog.book_categories;
        DROP TRIGGER queue_embedding_delete ON catalog.book_categories;
        DROP TRIGGER queue_embedding_update ON catalog.authors;
        DROP TRIGGER queue_embedding_update ON catalog.categories;
        DROP FUNCTION catalog.queue_new_books();
        DROP FUNCTION catalog.queue_changed_books();
        DROP FUNCTION catalog.queue_linked_books();
        DROP FUNCTION catalog.queue_relinked_books();
        DROP FUNCTION catalog.queue_books_of_renamed_authors();
        DROP FUNCTION catalog.queue_books_of_renamed_categories();
        DROP TABLE catalog.book_embedding_queue;
        """);
}
