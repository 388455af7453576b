-- Words: how text becomes words, and the dictionary of them that forgives typing errors.

-- Subjects and descriptions are prose: stemmed, stop words dropped, accents ignored.
CREATE TEXT SEARCH CONFIGURATION catalog.search_prose (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION catalog.search_prose
  ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, english_stem;

-- Titles, names and queries alike: lower case without accents, apostrophes join ("Trickster's" is typed "tricksters"),
-- a point stays inside a number ("#0.5"), every other sign parts words, "02" is "2". No stop words: "It" is a title.
-- The collation is named, because letters beyond ASCII must be letters whatever the database's own locale is.
CREATE OR REPLACE FUNCTION catalog.search_normalise(value text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = catalog, public, pg_temp
AS $$
  SELECT btrim(regexp_replace(regexp_replace(regexp_replace(
    lower(public.unaccent(normalize(value, NFKC)) COLLATE pg_c_utf8),
    '[''’‘`´ʼ]', '', 'g'),
    '(?<![0-9])[.]|[.](?![0-9])|[^[:alnum:].]+', ' ', 'g'),
    '(?<![0-9.])0+(?=[0-9])|\s+(?=\s)', '', 'g'))
$$;

-- The word's first seven letters and every way to leave out one or two of them. Two words that lie within two edits of
-- each other share at least one of these, so a GIN index over them finds the words meant by a misspelt one without
-- looking at the rest of the dictionary (the symmetric delete method, W. Garbe, 2012). Two omissions only from five
-- letters on: what is left of a shorter word says nothing.
CREATE OR REPLACE FUNCTION catalog.search_misspellings(word text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = catalog, pg_temp
AS $$
DECLARE
  head text := left(word, 7);
  letters int := length(head);
  shorter text;
  result text[] := ARRAY[head];
BEGIN
  IF letters >= 3 THEN
    FOR i IN 1..letters LOOP
      shorter := left(head, i - 1) || substr(head, i + 1);
      result := result || shorter;
      IF letters >= 5 THEN
        FOR j IN i..letters - 1 LOOP
          result := result || (left(shorter, j - 1) || substr(shorter, j + 1));
        END LOOP;
      END IF;
    END LOOP;
  END IF;
  RETURN result;
END
$$;

-- Every word of a title, an author's name or a series, and in how many books it is. Deliberately no unique key, and
-- counts that may be a little off: see catalog.search_refresh. Readers take max() over equal words.
CREATE TABLE catalog.search_words (
  word text COLLATE "C" NOT NULL,
  book_count int NOT NULL,
  misspellings text[] NOT NULL
) WITH (fillfactor = 80); -- counts change in place, and no index holds them
CREATE INDEX ix_search_words_word ON catalog.search_words (word);
CREATE INDEX ix_search_words_misspellings ON catalog.search_words USING gin (misspellings) WITH (fastupdate = off);
