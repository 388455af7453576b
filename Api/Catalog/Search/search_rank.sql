-- What a query means and which books answer it.

-- Every distinct word of a normalised query with the dictionary words it may stand for: itself, a completion of the
-- last word (it may be half typed), near misses. near is 1 for the word itself and falls with the edits. A word that is in
-- the dictionary gets near misses only in doubt: when nothing was found without.
CREATE FUNCTION catalog.search_expand(query text, doubt boolean) RETURNS TABLE (token int, word text, near real, books int)
LANGUAGE plpgsql STABLE SET search_path = catalog, public, pg_temp
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH typed AS (
    SELECT min(place)::int AS token, typed, max(place) = max(max(place)) OVER () AS last, length(typed) AS letters, count(*) OVER () AS tokens
    FROM unnest(string_to_array(query, ' ')) WITH ORDINALITY AS t (typed, place) GROUP BY typed
  ), known AS MATERIALIZED (
    SELECT t.*, coalesce((SELECT max(w.book_count) FROM search_words w WHERE w.word = t.typed), 0) AS own FROM typed t
  )
  SELECT k.token, m.word, max(m.near)::real, max(m.books)
  FROM known k CROSS JOIN LATERAL (
    SELECT k.typed AS word, 1.0 AS near, k.own AS books
    UNION ALL
    (SELECT w.word, 0.6 + 0.3 * k.letters / length(w.word), w.book_count FROM search_words w
     WHERE k.last AND k.letters >= 2 AND w.word > k.typed AND w.word < k.typed || chr(1114111)
     ORDER BY w.book_count DESC LIMIT 30)
    UNION ALL
    (SELECT d.word, (1 - 0.9 * d.edits / greatest(k.letters, length(d.word))) * CASE WHEN k.own > 0 THEN 0.8 ELSE 1 END, d.book_count
     FROM (
       -- Levenshtein counts two letters in the wrong order as two edits; people do that in one.
       SELECT c.word, c.book_count, c.edits - CASE WHEN c.edits >= 2 AND length(c.word) = k.letters AND translate(c.word, k.typed, '') = '' AND translate(k.typed, c.word, '') = '' THEN 0.9 ELSE 0 END AS edits
       FROM (
         SELECT w.word, w.book_count, levenshtein_less_equal(w.word, k.typed, 3) AS edits FROM search_words w
         WHERE k.letters BETWEEN 3 AND 40 AND (k.own = 0 OR doubt AND k.tokens <= 8)
           AND w.misspellings && search_misspellings(k.typed) AND w.word <> k.typed AND length(w.word) <= 40
         LIMIT 2000) c
       WHERE c.edits <= 3) d
     WHERE d.edits <= CASE WHEN k.letters < 4 THEN 1.1 WHEN k.letters < 6 THEN 2 ELSE 3 END
     ORDER BY d.edits, d.book_count DESC LIMIT 12)
  ) m
  GROUP BY k.token, m.word;
END
$$;

-- The best answers to a query, by words and, where an embedding is given, by meaning.
--
-- Two steps. First candidates, a few hundred at most: each source below is bounded by its own LIMIT or by the length of
-- the rarest posting list, never by the size of the catalogue. Then each candidate is scored field by field against
-- the expanded query. The filters are part of every source, so that a filtered search finds what there is.
CREATE FUNCTION catalog.search_rank(
  query text,              -- as typed; NULL ranks by the embedding alone
  embedding vector,        -- of the query; NULL ranks by words alone
  model text,              -- that made the embedding: vectors of different models say nothing about each other
  least_cosine real,       -- from which on a book is near the query; not asked when the embedding ranks alone
  category text,           -- id or slug
  author uuid, lang text, year_from int, year_to int)
RETURNS TABLE (book_id uuid, score real, covered real, matched text[])
LANGUAGE plpgsql STABLE SET search_path = catalog, public, pg_temp
  -- The sources are meant for their indexes, whatever the statistics say of a catalogue that is being filled. The plans
  -- do not depend on the parameters, so they are made once a session: planning costs more than running.
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  everything CONSTANT real := greatest((SELECT reltuples FROM pg_class WHERE oid = 'catalog.book_search'::regclass), 1000);
  normalised text := search_normalise(query);
  number text;             -- at the end of the query: the place in a series
  wanted text;             -- the query without "book" or "vol." before that number
  tokens int[]; words text[]; nears real[]; frequencies int[];
  doubt boolean;
  weights real[];          -- by token: how much the word tells, summing to 1
  groups text[];           -- a token's words as one alternative each, the rarest first
  counts real[];           -- how many books each group may be in
  all_words tsquery; some_words tsquery; prose tsquery;
  scope tsquery;           -- the filters by category (and those below it), author and language; NULL without any
  filtered boolean := num_nonnulls(category, author, lang, year_from, year_to) > 0;
  found uuid[] := '{}';
  by_words uuid[] := '{}';
  by_prose uuid[] := '{}';
  by_meaning uuid[] := '{}';
  distances real[] := '{}';
BEGIN
  -- The filters are lexemes of the document ("#" begins none of its words), so that one index scan joins them with the words.
  IF category IS NOT NULL THEN
    WITH RECURSIVE below AS (
      SELECT c.id FROM categories c WHERE (c.slug = category OR c.id::text = lower(category)) AND c.deleted_at IS NULL
      UNION SELECT c.id FROM categories c JOIN below ON c.parent_id = below.id WHERE c.deleted_at IS NULL)
    SELECT coalesce(string_agg(quote_literal('#' || id), '|'), quote_literal('#none'))::tsquery INTO scope FROM below;
  END IF;
  IF author IS NOT NULL THEN
    scope := coalesce(scope && quote_literal('#' || author)::tsquery, quote_literal('#' || author)::tsquery);
  END IF;
  IF lang IS NOT NULL THEN
    scope := coalesce(scope && quote_literal('#' || lower(lang))::tsquery, quote_literal('#' || lower(lang))::tsquery);
  END IF;

  IF normalised <> '' THEN
    number := substring(normalised FROM ' ([0-9.]+)$');
    wanted := CASE WHEN number IS NULL THEN normalised ELSE regexp_replace(normalised, ' (book|vol|volume|part|no|number) ([0-9.]+)$', ' \2') END;

    -- The title itself, and titles that begin like this: one range scan a tier of popularity, best known first. With
    -- filters a scan may pass many titles before one fits, so it gives up after 200.
    by_words := array(
      SELECT s.book_id FROM (
        SELECT * FROM book_search WHERE title IN (normalised, wanted) LIMIT 500) s
      WHERE (scope IS NULL OR s.names @@ scope) AND (year_from IS NULL OR s.published_year >= year_from) AND (year_to IS NULL OR s.published_year <= year_to)
      ORDER BY s.popularity DESC LIMIT 50);
    by_words := by_words || array(
      SELECT s.book_id FROM generate_series(16, 0, -1) AS t (tier) CROSS JOIN LATERAL (
        SELECT * FROM book_search b WHERE b.tier = t.tier AND b.title > normalised AND b.title < normalised || chr(1114111)
        ORDER BY b.tier, b.title LIMIT CASE WHEN filtered THEN 200 ELSE 60 END) s
      WHERE (scope IS NULL OR s.names @@ scope) AND (year_from IS NULL OR s.published_year >= year_from) AND (year_to IS NULL OR s.published_year <= year_to)
      LIMIT 60);

    FOREACH doubt IN ARRAY ARRAY[false, true] LOOP
      SELECT array_agg(e.token), array_agg(e.word), array_agg(e.near), array_agg(e.books) INTO tokens, words, nears, frequencies
      FROM search_expand(wanted, doubt) e;
      WITH token AS (
        SELECT e.token, string_agg(quote_literal(e.word), '|') AS alternatives, sum(e.books) AS books,
          ln(1 + everything / (1 + coalesce(nullif(max(e.books) FILTER (WHERE e.near = 1), 0), least(sum(e.books), 50)))) AS weight
        FROM unnest(tokens, words, nears, frequencies) AS e (token, word, near, books) GROUP BY e.token
      )
      SELECT array_agg('(' || t.alternatives || ')' ORDER BY t.books), array_agg(t.books ORDER BY t.books), array_agg(t.weight / sum ORDER BY t.token)
      INTO groups, counts, weights FROM token t, (SELECT sum(weight) FROM token) s;

      -- Every word, among the well known and, when that is too little, among all: unless the rarest is too
      -- common for that, sooner when the titles above are a page already.
      all_words := array_to_string(groups, '&')::tsquery;
      all_words := coalesce(all_words && scope, all_words);
      found := found || array(
        SELECT f.book_id FROM (
          SELECT s.book_id, s.popularity FROM book_search s
          WHERE s.popularity >= 3 AND s.names @@ all_words AND (year_from IS NULL OR s.published_year >= year_from) AND (year_to IS NULL OR s.published_year <= year_to)
          LIMIT 500) f
        ORDER BY f.popularity DESC LIMIT 150);
      IF cardinality(found) < 30 AND (counts[1] <= CASE WHEN cardinality(by_words) >= 20 THEN 2000 ELSE 10000 END OR filtered) THEN
        found := found || array(
          SELECT f.book_id FROM (
            SELECT s.book_id, s.popularity FROM book_search s
            WHERE s.names @@ all_words AND (year_from IS NULL OR s.published_year >= year_from) AND (year_to IS NULL OR s.published_year <= year_to)
            LIMIT 500) f
          ORDER BY f.popularity DESC LIMIT 150);
      END IF;

      -- The title as it was meant: each misspelt word in its four likeliest spellings. Finds what all these words, each in
      -- thousands of titles, would not.
      IF (SELECT count(*) FROM unnest(frequencies, nears) AS e (books, near) WHERE e.near = 1 AND e.books = 0) BETWEEN 1 AND 3 THEN
        found := found || array(
          WITH RECURSIVE typed AS (
            SELECT place::int, min(place) OVER (PARTITION BY word)::int AS token FROM unnest(string_to_array(wanted, ' ')) WITH ORDINALITY AS t (word, place)
          ), spelling AS (
            SELECT * FROM (
              SELECT e.token, e.word, row_number() OVER (PARTITION BY e.token ORDER BY e.near = 1 AND e.books > 0 DESC, e.near DESC, e.books DESC) AS choice,
                bool_or(e.near = 1 AND e.books > 0) OVER (PARTITION BY e.token) AS known
              FROM unnest(tokens, words, nears, frequencies) AS e (token, word, near, books) WHERE e.books > 0) c
            WHERE choice <= CASE WHEN known THEN 1 ELSE 4 END
          ), guess AS (
            SELECT 0 AS place, NULL::text AS title
            UNION ALL
            SELECT g.place + 1, concat_ws(' ', g.title, p.word) FROM guess g JOIN typed t ON t.place = g.place + 1 JOIN spelling p ON p.token = t.token
          )
          SELECT s.book_id FROM book_search s
          WHERE s.title IN (SELECT title FROM guess WHERE place = (SELECT max(place) FROM typed))
            AND (scope IS NULL OR s.names @@ scope) AND (year_from IS NULL OR s.published_year >= year_from) AND (year_to IS NULL OR s.published_year <= year_to)
          ORDER BY s.popularity DESC LIMIT 50);
      END IF;
      EXIT WHEN cardinality(found) >= 5;

      -- Two of the four rarest words, where not too many books can have both; and the two rarest alone, where they are rare.
      SELECT string_agg(q, '|')::tsquery INTO some_words FROM (
        SELECT a.words || '&' || b.words AS q
        FROM unnest(groups[1:4], counts[1:4]) WITH ORDINALITY AS a (words, books, place)
        JOIN unnest(groups[1:4], counts[1:4]) WITH ORDINALITY AS b (words, books, place) ON a.place < b.place
        WHERE a.books * b.books / everything <= 1000 AND a.books <= 10000 AND b.books <= 100000
        UNION ALL
        SELECT a.words FROM unnest(groups[1:2], counts[1:2]) AS a (words, books) WHERE a.books <= 300) r;
      some_words := coalesce(some_words && scope, some_words);
      found := found || array(
        SELECT f.book_id FROM (
          SELECT s.book_id, s.popularity FROM book_search s
          WHERE s.names @@ some_words AND (year_from IS NULL OR s.published_year >= year_from) AND (year_to IS NULL OR s.published_year <= year_to)
          LIMIT 500) f
        ORDER BY f.popularity DESC LIMIT 200);
    END LOOP;
    by_words := by_words || found;

    -- Subjects and descriptions, for those who ask for a topic.
    prose := plainto_tsquery('catalog.search_prose', query);
    prose := CASE WHEN numnode(prose) > 0 THEN coalesce(prose && scope, prose) END; -- of stop words alone nothing is left
    by_prose := array(
      SELECT f.book_id FROM (
        SELECT s.book_id, s.popularity FROM book_search s
        WHERE s.popularity >= 3 AND s.document @@ prose AND (year_from IS NULL OR s.published_year >= year_from) AND (year_to IS NULL OR s.published_year <= year_to)
        LIMIT 500) f
      ORDER BY f.popularity DESC LIMIT 100);
    IF cardinality(by_words) + cardinality(by_prose) < 30 THEN
      by_prose := by_prose || array(
        SELECT s.book_id FROM book_search s
        WHERE s.document @@ prose AND (year_from IS NULL OR s.published_year >= year_from) AND (year_to IS NULL OR s.published_year <= year_to)
        LIMIT 100);
    END IF;
  END IF;

  IF embedding IS NOT NULL THEN
    -- Without it the graph gives its 40 nearest and the filter may leave none of them.
    PERFORM set_config('hnsw.iterative_scan', 'relaxed_order', true);
    SELECT array_agg(v.book_id), array_agg(v.distance) INTO by_meaning, distances FROM (
      SELECT e.book_id, (e.embedding <=> search_rank.embedding)::real AS distance
      FROM book_embeddings e
      -- EXISTS, not a join: under an OR it stays a filter, and the order comes from the index, nearest first.
      WHERE e.model = search_rank.model AND (NOT filtered OR EXISTS (
        SELECT FROM book_search s WHERE s.book_id = e.book_id AND (scope IS NULL OR s.names @@ scope)
          AND (year_from IS NULL OR s.published_year >= year_from) AND (year_to IS NULL OR s.published_year <= year_to)))
      ORDER BY e.embedding <=> search_rank.embedding LIMIT 50) v
    -- Every query has nearest books, that of a word nobody knows too.
    WHERE query IS NULL OR 1 - v.distance >= least_cosine;
  END IF;

  RETURN QUERY
  WITH candidate AS (
    SELECT DISTINCT c.book_id FROM unnest(by_words || by_prose || coalesce(by_meaning, '{}')) AS c (book_id)
  ), book AS MATERIALIZED (
    SELECT s.book_id, s.title, s.names, s.title_weight, s.series_weight, s.series_number, s.popularity FROM candidate JOIN book_search s USING (book_id)
  ), expansion AS MATERIALIZED (
    SELECT e.token, e.word, e.near, weights[dense_rank() OVER (ORDER BY e.token)] AS weight FROM unnest(tokens, words, nears) AS e (token, word, near)
  ), hit AS (
    -- One row a book and word of the query: how well the best place matches, and how many letters of title and series it explains.
    SELECT b.book_id, x.token, max(x.weight) AS weight,
      max(x.near * CASE WHEN 'A' = ANY (n.weights) THEN 1.0 WHEN 'B' = ANY (n.weights) THEN 0.95 WHEN 'C' = ANY (n.weights) THEN 0.9 ELSE 0.8 END) AS near,
      max(x.near * least(length(n.lexeme), 8)) FILTER (WHERE 'A' = ANY (n.weights)) AS title,
      max(x.near * least(length(n.lexeme), 8)) FILTER (WHERE 'C' = ANY (n.weights) AND n.lexeme IS DISTINCT FROM number) AS series,
      max(x.near) FILTER (WHERE 'C' = ANY (n.weights)) AS series_near,
      (array_agg(n.lexeme ORDER BY x.near DESC))[1] AS lexeme
    FROM book b CROSS JOIN LATERAL unnest(b.names) AS n JOIN expansion x ON x.word = n.lexeme
    GROUP BY b.book_id, x.token
  ), cover AS (
    SELECT h.book_id, sum(h.near * h.weight) AS coverage, sum(h.title) AS title, sum(h.series) AS series, sum(h.series_near * h.weight) AS query_by_series,
      array_agg(h.lexeme) AS matched
    FROM hit h GROUP BY h.book_id
  ), meaning AS (
    SELECT v.book_id, greatest(1 - v.distance, 0) AS cosine FROM unnest(by_meaning, distances) AS v (book_id, distance)
  )
  SELECT b.book_id,
    (p.covered
      + 0.35 * least(coalesce(c.title, 0) / b.title_weight, 1)
      + 0.35 * p.alike
      + 0.2 * p.begins
      + CASE WHEN b.series_number = number THEN 0.8 * least(coalesce(c.series, 0) / b.series_weight, 1) * coalesce(c.query_by_series, 0) ELSE 0 END
      + 0.05 * b.popularity)::real,
    p.covered::real,
    c.matched
  FROM book b LEFT JOIN cover c USING (book_id) LEFT JOIN meaning m USING (book_id)
  CROSS JOIN LATERAL (
    SELECT CASE WHEN starts_with(b.title, normalised) THEN 1 ELSE 0 END AS begins,
      -- Whoever has typed nearly all of a title types on; who looks for suggestions has typed about half of it.
      CASE WHEN b.title <> normalised AND starts_with(b.title, normalised) THEN 1 - abs(length(normalised)::real / length(b.title) - 0.6)
        ELSE coalesce(1 - levenshtein(left(b.title, 200), left(normalised, 200))::real / greatest(length(left(b.title, 200)), length(left(normalised, 200)), 1), 0) END AS alike,
      greatest(coalesce(c.coverage, 0),
        CASE WHEN starts_with(b.title, normalised) THEN 1 WHEN b.book_id = ANY (by_prose) THEN 0.6 ELSE 0 END,
        CASE WHEN query IS NULL THEN m.cosine ELSE 0.5 * m.cosine END) AS covered) p
  ORDER BY 2 DESC, b.popularity DESC, b.book_id LIMIT 200;
END
$$;
