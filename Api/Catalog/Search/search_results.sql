-- Answers, ready to be sent.

-- HTML of a text in which the words that matched are inside <mark>. Escaped piece by piece before anything is added, so
-- that a title which holds markup comes out as text.
CREATE FUNCTION catalog.search_mark(value text, matched text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = catalog, public, pg_temp
AS $$
BEGIN
  RETURN (
    SELECT string_agg(CASE WHEN p.piece !~ '^\s' AND string_to_array(search_normalise(p.piece), ' ') && matched THEN '<mark>' || h.html || '</mark>' ELSE h.html END, '' ORDER BY p.place)
    FROM (
      SELECT m[1] AS piece, place FROM regexp_matches(value, '\s+|[^\s-]+|-', 'g') WITH ORDINALITY AS r (m, place)) p
    CROSS JOIN LATERAL (
      SELECT replace(replace(replace(replace(replace(p.piece, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;') AS html) h);
END
$$;

-- The part of a description that answers the query, as HTML like search_mark; NULL when no word of it does.
CREATE FUNCTION catalog.search_fragment(value text, prose tsquery) RETURNS text
LANGUAGE sql STABLE SET search_path = catalog, public, pg_temp
AS $$
  SELECT CASE WHEN to_tsvector('catalog.search_prose', value) @@ prose THEN
    ts_headline('catalog.search_prose', replace(replace(replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'),
      prose, 'StartSel=<mark>, StopSel=</mark>, MaxWords=30, MinWords=10, MaxFragments=1') END
$$;

-- One page of answers in one round trip: a row a book, and with the first row what the facets count and how long it
-- took. The facets are over the best 200 answers that match the query about as well as the best one.
CREATE FUNCTION catalog.search_books(
  query text, embedding vector, model text, least_cosine real, take int, with_facets boolean,
  category text, author uuid, lang text, year_from int, year_to int)
RETURNS TABLE (
  id uuid, title text, subtitle text, author_ids uuid[], author_names text[], language text, published_year int,
  average_rating numeric, ratings_count bigint, cover_url text,
  score real, title_html text, authors_html text, description_html text, facets text, database_ms double precision)
LANGUAGE plpgsql STABLE SET search_path = catalog, public, pg_temp
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  started CONSTANT timestamptz := clock_timestamp();
  prose CONSTANT tsquery := plainto_tsquery('catalog.search_prose', coalesce(query, ''));
  any_prose CONSTANT tsquery := replace(prose::text, '&', '|')::tsquery;
  best uuid[];
  scores real[];
  matching uuid[];
  words jsonb;
  counted jsonb;
BEGIN
  SELECT array_agg(r.book_id ORDER BY r.place), array_agg(r.score ORDER BY r.place),
    array_agg(r.book_id) FILTER (WHERE r.covered >= 0.8 * r.top),
    jsonb_agg(r.matched ORDER BY r.place) FILTER (WHERE r.place <= take)
  INTO best, scores, matching, words
  FROM (
    SELECT r.*, row_number() OVER () AS place, max(r.covered) OVER () AS top
    FROM search_rank(query, embedding, model, least_cosine, category, author, lang, year_from, year_to) AS r (book_id, score, covered, matched)) r;

  IF with_facets THEN
    counted := jsonb_build_object(
      'categories', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'slug', f.slug, 'count', f.count) ORDER BY f.count DESC, f.name), '[]')
        FROM (
          SELECT c.id, c.name, c.slug, count(*) AS count FROM unnest(matching) AS m (book_id)
          JOIN book_categories l USING (book_id) JOIN categories c ON c.id = l.category_id AND c.deleted_at IS NULL
          GROUP BY c.id ORDER BY count(*) DESC, c.name LIMIT 50) f),
      'languages', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('language', f.language, 'count', f.count) ORDER BY f.count DESC, f.language), '[]')
        FROM (
          SELECT s.language, count(*) AS count FROM unnest(matching) AS m (book_id) JOIN book_search s USING (book_id)
          WHERE s.language IS NOT NULL GROUP BY s.language) f),
      'decades', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('decade', f.decade, 'count', f.count) ORDER BY f.decade), '[]')
        FROM (
          SELECT (floor(s.published_year / 10.0) * 10)::int AS decade, count(*) AS count FROM unnest(matching) AS m (book_id) JOIN book_search s USING (book_id)
          WHERE s.published_year IS NOT NULL GROUP BY 1) f));
  END IF;

  RETURN QUERY
  SELECT b.id, b.title, b.subtitle, a.ids, a.names, b.language, b.published_year, b.average_rating, b.ratings_count, b.cover_url,
    p.score, search_mark(b.title, m.words), search_mark(array_to_string(a.names, ', '), m.words), search_fragment(b.description, any_prose),
    CASE WHEN p.place = 1 THEN counted::text END,
    CASE WHEN p.place = 1 THEN extract(epoch FROM clock_timestamp() - started) * 1000 END::double precision
  FROM unnest(best[:take], scores[:take]) WITH ORDINALITY AS p (book_id, score, place)
  JOIN books b ON b.id = p.book_id
  CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(x.id ORDER BY l.position, x.id), '{}') AS ids, coalesce(array_agg(x.name ORDER BY l.position, x.id), '{}') AS names
    FROM book_authors l JOIN authors x ON x.id = l.author_id AND x.deleted_at IS NULL WHERE l.book_id = b.id) a
  CROSS JOIN LATERAL (
    SELECT CASE WHEN jsonb_typeof(words -> (p.place - 1)::int) = 'array' THEN array(SELECT jsonb_array_elements_text(words -> (p.place - 1)::int)) ELSE '{}' END AS words) m
  ORDER BY p.place;
END
$$;
