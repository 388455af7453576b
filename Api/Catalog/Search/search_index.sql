-- One search document a live book, and the triggers that keep it true whoever writes: EF, COPY or psql.

CREATE TABLE catalog.book_search (
  book_id uuid PRIMARY KEY REFERENCES catalog.books ON DELETE CASCADE,
  title text COLLATE "C" NOT NULL,       -- normalised
  names tsvector NOT NULL,               -- unstemmed words of title A, authors B, series and number C, other titles D,
                                         -- and "#" with author's id, category's id, language
                                         -- ("#pt" and "#pt-br"), to filter in the same index scan
  document tsvector NOT NULL,            -- prose: title A, authors B, subjects C, description D
  title_weight real NOT NULL,            -- letters (at most 8 a word) in the title's distinct words
  series_weight real NOT NULL,           -- likewise of the series' name
  series_number text,
  language text,
  published_year int,
  popularity real NOT NULL,              -- log10(1 + ratings)
  tier smallint GENERATED ALWAYS AS (floor(2 * popularity)) STORED
);

-- A book with a thousand ratings is well known. Words as common as "love" are looked for among these first, and among
-- all only when these give too little: so no query walks the postings of a word that is in half of the books. No pending
-- lists: every search would read them through, and for many rows at a time they are slower, too.
CREATE INDEX ix_book_search_names ON catalog.book_search USING gin (names) WITH (fastupdate = off);
CREATE INDEX ix_book_search_names_known ON catalog.book_search USING gin (names) WITH (fastupdate = off) WHERE popularity >= 3;
CREATE INDEX ix_book_search_document ON catalog.book_search USING gin (document) WITH (fastupdate = off);
CREATE INDEX ix_book_search_document_known ON catalog.book_search USING gin (document) WITH (fastupdate = off) WHERE popularity >= 3;
-- Titles by prefix, best known first, without sorting all that begin with "the": one short range scan a tier.
CREATE INDEX ix_book_search_tier_title ON catalog.book_search (tier, title);
CREATE INDEX ix_book_search_title ON catalog.book_search (title);

-- What the document of every live book has to be. OFFSET 0 keeps the planner from going the other way, from all authors to
-- their books, for each book: with the statistics of a catalogue that was just empty, it takes that for as cheap.
CREATE VIEW catalog.book_search_source AS
SELECT b.id AS book_id, n.title, w.names || w.scope AS names,
  setweight(to_tsvector('catalog.search_prose', concat_ws(' ', b.title, b.subtitle)), 'A')
    || setweight(to_tsvector('simple', n.authors), 'B')
    || setweight(to_tsvector('catalog.search_prose', coalesce(c.names, '')), 'C')
    || setweight(to_tsvector('catalog.search_prose', concat_ws(' ', b.description, t.descriptions)), 'D')
    || w.scope AS document,
  w.title_weight, w.series_weight, n.series_number, b.language, b.published_year,
  log(1 + b.ratings_count)::real AS popularity
FROM catalog.books b
CROSS JOIN LATERAL (
  SELECT array_agg(x.id) AS ids, string_agg(x.name, ' ' ORDER BY l.position) AS names
  FROM catalog.book_authors l CROSS JOIN LATERAL (
    SELECT * FROM catalog.authors WHERE id = l.author_id AND deleted_at IS NULL OFFSET 0) x
  WHERE l.book_id = b.id) a
CROSS JOIN LATERAL (
  SELECT array_agg(x.id) AS ids, string_agg(x.name, ' ' ORDER BY x.id) AS names
  FROM catalog.book_categories l CROSS JOIN LATERAL (
    SELECT * FROM catalog.categories WHERE id = l.category_id AND deleted_at IS NULL OFFSET 0) x
  WHERE l.book_id = b.id) c
CROSS JOIN LATERAL (
  SELECT string_agg(x.title, ' ' ORDER BY x.language) AS titles, string_agg(x.description, ' ' ORDER BY x.language) AS descriptions
  FROM catalog.book_translations x WHERE x.book_id = b.id) t
CROSS JOIN LATERAL (
  SELECT catalog.search_normalise(b.title) AS title,
    catalog.search_normalise(coalesce(a.names, '')) AS authors,
    catalog.search_normalise(coalesce(b.series_name, '')) AS series,
    trim_scale(b.series_number)::text AS series_number,
    -- "Spider-Man" is also typed "spiderman", and "1,000" also "1000".
    catalog.search_normalise(concat_ws(' ', b.subtitle, nullif(b.original_title, b.title), t.titles,
      CASE WHEN b.title ~ '[[:alnum:]][-,][[:alnum:]]' THEN regexp_replace(b.title, '(?<=[[:alnum:]])[-,](?=[[:alnum:]])', '', 'g') END)) AS others) n
CROSS JOIN LATERAL (
  SELECT to_tsvector('simple', n.title) AS title, to_tsvector('simple', n.series) AS series) v
CROSS JOIN LATERAL (
  SELECT array_to_tsvector(array(
      SELECT '#' || k FROM unnest(coalesce(a.ids, '{}') || coalesce(c.ids, '{}')) AS k
      UNION SELECT '#' || array_to_string(p[1:i], '-') FROM string_to_array(lower(b.language), '-') AS p, generate_series(1, cardinality(p)) AS i)) AS scope,
    setweight(v.title, 'A') || setweight(to_tsvector('simple', n.authors), 'B')
      || setweight(v.series || to_tsvector('simple', coalesce(n.series_number, '')), 'C')
      || setweight(to_tsvector('simple', n.others), 'D') AS names,
    (SELECT coalesce(sum(least(length(lexeme), 8)), 1) FROM unnest(v.title)) AS title_weight,
    (SELECT coalesce(sum(least(length(lexeme), 8)), 1) FROM unnest(v.series)) AS series_weight) w
WHERE b.deleted_at IS NULL;

-- Brings the documents of these books up to date.
--
-- Why no document can stay stale when several transactions change what it is made of (READ COMMITTED): each of them
-- first makes its change, then locks the book's row, and only then, in a new statement with a new snapshot, reads. The
-- row lock is held until commit, so whoever gets it second reads what the first committed. A stricter isolation level
-- has no newer snapshot to read and fails with 40001 instead. Locks are taken in the order of ids, so that refreshes
-- of the same books wait for each other and never in a circle.
--
-- The dictionary must make nobody wait, for its rows are shared by all books: a word's row that another transaction
-- has locked is skipped and its count is then a little off, which ranks a little differently and finds the same; two
-- transactions that bring the same new word both add it. catalog.search_rebuild counts anew.
CREATE FUNCTION catalog.search_refresh(changed uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = catalog, public, pg_temp SET jit = off
  -- A plan is made once a session, perhaps while the tables are empty; scanned for each book they cost minutes once full.
  SET enable_seqscan = off
AS $$
BEGIN
  PERFORM FROM books WHERE id = ANY (changed) ORDER BY id FOR NO KEY UPDATE;

  WITH touched AS MATERIALIZED (
    SELECT DISTINCT unnest(changed) AS book_id
  ), fresh AS MATERIALIZED (
    SELECT s.* FROM touched JOIN book_search_source s USING (book_id)
  ), former AS MATERIALIZED (
    SELECT s.book_id, s.names FROM touched JOIN book_search s USING (book_id)
  ), gone AS (
    DELETE FROM book_search s USING former WHERE s.book_id = former.book_id
      -- Not "is not in fresh", which means the same: the planner cannot know how many rows that has, and compares each with each.
      AND NOT EXISTS (SELECT FROM books b WHERE b.id = s.book_id AND b.deleted_at IS NULL)
  ), put AS (
    INSERT INTO book_search AS s (book_id, title, names, document, title_weight, series_weight, series_number, language, published_year, popularity)
    SELECT book_id, title, names, document, title_weight, series_weight, series_number, language, published_year, popularity FROM fresh
    ON CONFLICT (book_id) DO UPDATE SET
      title = excluded.title, names = excluded.names, document = excluded.document,
      title_weight = excluded.title_weight, series_weight = excluded.series_weight, series_number = excluded.series_number,
      language = excluded.language, published_year = excluded.published_year, popularity = excluded.popularity
    WHERE (s.title, s.names, s.document, s.series_number, s.language, s.published_year, s.popularity)
      IS DISTINCT FROM (excluded.title, excluded.names, excluded.document, excluded.series_number, excluded.language, excluded.published_year, excluded.popularity)
  ), change AS MATERIALIZED (
    SELECT word, sum(delta)::int AS delta FROM (
      SELECT (unnest(names)).lexeme COLLATE "C" AS word, 1 AS delta FROM fresh
      UNION ALL SELECT (unnest(names)).lexeme, -1 FROM former) c
    WHERE word NOT LIKE '#%' GROUP BY word HAVING sum(delta) <> 0
  ), free AS (
    SELECT w.ctid, c.delta FROM change c JOIN search_words w USING (word) FOR NO KEY UPDATE OF w SKIP LOCKED
  ), counted AS (
    UPDATE search_words w SET book_count = greatest(w.book_count + free.delta, 0) FROM free WHERE w.ctid = free.ctid
  )
  INSERT INTO search_words (word, book_count, misspellings)
  SELECT word, delta, search_misspellings(word) FROM change
  WHERE delta > 0 AND NOT EXISTS (SELECT FROM search_words w WHERE w.word = change.word);
END
$$;

CREATE FUNCTION catalog.search_books_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = catalog, public, pg_temp
AS $$
BEGIN
  IF tg_op = 'INSERT' THEN
    PERFORM search_refresh(array_agg(id)) FROM new_rows HAVING count(*) > 0;
  ELSE
    PERFORM search_refresh(array_agg(n.id)) FROM new_rows n JOIN old_rows o USING (id)
    WHERE (n.title, n.subtitle, n.original_title, n.series_name, n.series_number, n.language, n.published_year, n.description, n.ratings_count, n.deleted_at)
      IS DISTINCT FROM (o.title, o.subtitle, o.original_title, o.series_name, o.series_number, o.language, o.published_year, o.description, o.ratings_count, o.deleted_at)
    HAVING count(*) > 0;
  END IF;
  RETURN NULL;
END
$$;

-- For every table of which a row belongs to one book.
CREATE FUNCTION catalog.search_parts_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = catalog, public, pg_temp
AS $$
BEGIN
  IF tg_op <> 'INSERT' THEN
    PERFORM search_refresh(array_agg(DISTINCT book_id)) FROM old_rows HAVING count(*) > 0;
  END IF;
  IF tg_op <> 'DELETE' THEN
    PERFORM search_refresh(array_agg(DISTINCT book_id)) FROM new_rows HAVING count(*) > 0;
  END IF;
  RETURN NULL;
END
$$;

-- An author or a category was renamed: all its books. One that is being added to a book right now is not visible here
-- yet, and its own refresh did not see the new name; but its foreign key holds this row FOR KEY SHARE until it commits.
-- Asking for the row FOR UPDATE waits for that, and makes those that come later wait for us.
CREATE FUNCTION catalog.search_author_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = catalog, public, pg_temp
AS $$
DECLARE
  changed uuid[] := array(SELECT n.id FROM new_rows n JOIN old_rows o USING (id) WHERE (n.name, n.deleted_at) IS DISTINCT FROM (o.name, o.deleted_at));
BEGIN
  PERFORM FROM authors WHERE id = ANY (changed) ORDER BY id FOR UPDATE;
  PERFORM search_refresh(array_agg(DISTINCT book_id)) FROM book_authors WHERE author_id = ANY (changed) HAVING count(*) > 0;
  RETURN NULL;
END
$$;

CREATE FUNCTION catalog.search_category_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = catalog, public, pg_temp
AS $$
DECLARE
  changed uuid[] := array(SELECT n.id FROM new_rows n JOIN old_rows o USING (id) WHERE (n.name, n.deleted_at) IS DISTINCT FROM (o.name, o.deleted_at));
BEGIN
  PERFORM FROM categories WHERE id = ANY (changed) ORDER BY id FOR UPDATE;
  PERFORM search_refresh(array_agg(DISTINCT book_id)) FROM book_categories WHERE category_id = ANY (changed) HAVING count(*) > 0;
  RETURN NULL;
END
$$;

-- A trigger with transition tables is for one event. Deleting a book takes its document along by the foreign key.
CREATE TRIGGER search_insert AFTER INSERT ON catalog.books REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_books_changed();
CREATE TRIGGER search_update AFTER UPDATE ON catalog.books REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_books_changed();
CREATE TRIGGER search_update AFTER UPDATE ON catalog.authors REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_author_changed();
CREATE TRIGGER search_update AFTER UPDATE ON catalog.categories REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_category_changed();
CREATE TRIGGER search_insert AFTER INSERT ON catalog.book_authors REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_parts_changed();
CREATE TRIGGER search_update AFTER UPDATE ON catalog.book_authors REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_parts_changed();
CREATE TRIGGER search_delete AFTER DELETE ON catalog.book_authors REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_parts_changed();
CREATE TRIGGER search_insert AFTER INSERT ON catalog.book_categories REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_parts_changed();
CREATE TRIGGER search_update AFTER UPDATE ON catalog.book_categories REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_parts_changed();
CREATE TRIGGER search_delete AFTER DELETE ON catalog.book_categories REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_parts_changed();
CREATE TRIGGER search_insert AFTER INSERT ON catalog.book_translations REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_parts_changed();
CREATE TRIGGER search_update AFTER UPDATE ON catalog.book_translations REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_parts_changed();
CREATE TRIGGER search_delete AFTER DELETE ON catalog.book_translations REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.search_parts_changed();

-- Everything anew: after a bulk load that went past the triggers, and to count the dictionary exactly again. For the
-- owner of the tables alone; writers wait meanwhile.
CREATE FUNCTION catalog.search_rebuild() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = catalog, public, pg_temp SET jit = off SET maintenance_work_mem = '512MB'
AS $$
DECLARE
  definitions text[];
  index_name text;
  definition text;
BEGIN
  LOCK TABLE books, authors, categories, book_authors, book_categories, book_translations IN SHARE ROW EXCLUSIVE MODE;
  TRUNCATE book_search, search_words;

  -- A GIN index is built many times faster over rows that are there than row by row.
  definitions := array(SELECT indexdef FROM pg_indexes WHERE schemaname = 'catalog' AND tablename IN ('book_search', 'search_words') AND indexname LIKE 'ix_%');
  FOR index_name IN SELECT indexname FROM pg_indexes WHERE schemaname = 'catalog' AND tablename IN ('book_search', 'search_words') AND indexname LIKE 'ix_%' LOOP
    EXECUTE format('DROP INDEX catalog.%I', index_name);
  END LOOP;
  INSERT INTO book_search (book_id, title, names, document, title_weight, series_weight, series_number, language, published_year, popularity)
  SELECT book_id, title, names, document, title_weight, series_weight, series_number, language, published_year, popularity FROM book_search_source;
  INSERT INTO search_words (word, book_count, misspellings)
  SELECT word, ndoc, search_misspellings(word) FROM ts_stat('SELECT names FROM catalog.book_search') WHERE word NOT LIKE '#%';
  FOREACH definition IN ARRAY definitions LOOP
    EXECUTE definition;
  END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION catalog.search_rebuild() FROM PUBLIC;

-- Books that are there already.
SELECT catalog.search_rebuild();
