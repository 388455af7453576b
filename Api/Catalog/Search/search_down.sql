DROP FUNCTION catalog.search_books, catalog.search_fragment, catalog.search_mark, catalog.search_rank, catalog.search_expand, catalog.search_rebuild;
DROP FUNCTION catalog.search_books_changed, catalog.search_parts_changed, catalog.search_author_changed, catalog.search_category_changed CASCADE;
DROP FUNCTION catalog.search_refresh;
DROP VIEW catalog.book_search_source;
DROP TABLE catalog.book_search, catalog.search_words;
DROP FUNCTION catalog.search_misspellings, catalog.search_normalise;
DROP TEXT SEARCH CONFIGURATION catalog.search_prose;
