-- What leaves the database as changes (ChangeStream/README.md): what other services tell their clients of, and whatever
-- something cached is made of, so that caches hear of every change whoever made it (CacheMapping.cs).
--
-- Hypertables are not here: their rows are in chunks of other names, and nothing of them would be sent. What happens to them
-- is told by logical messages. Of accounts only what says that something changed: no names, no addresses, no secrets.

CREATE PUBLICATION platform FOR TABLE
  catalog.books, catalog.authors, catalog.categories, catalog.book_authors, catalog.book_categories, catalog.book_translations,
  catalog.book_identifiers, catalog.category_counts, catalog.book_embeddings (book_id),
  store.products, store.product_variants, store.product_images, store.inventory, store.orders, store.order_items, store.reviews,
  identity.users (id, user_type), identity.user_roles, identity.roles, identity.sessions (id, user_id, revoked_at);

-- Of a row that was removed the key alone is sent; of these it would not say what it belonged to.
ALTER TABLE store.product_variants REPLICA IDENTITY FULL;
ALTER TABLE store.product_images REPLICA IDENTITY FULL;
ALTER TABLE catalog.book_identifiers REPLICA IDENTITY FULL;

-- The role with REPLICATION reads what is there already by SELECT, and nothing that is not sent.
GRANT USAGE ON SCHEMA catalog, store, identity, ops TO platform_replicator;
GRANT SELECT ON
  catalog.books, catalog.authors, catalog.categories, catalog.book_authors, catalog.book_categories, catalog.book_translations,
  catalog.book_identifiers, catalog.category_counts,
  store.products, store.product_variants, store.product_images, store.inventory, store.orders, store.order_items, store.reviews,
  identity.user_roles, identity.roles TO platform_replicator;
GRANT SELECT (book_id) ON catalog.book_embeddings TO platform_replicator;
GRANT SELECT (id, user_type) ON identity.users TO platform_replicator;
GRANT SELECT (id, user_id, revoked_at) ON identity.sessions TO platform_replicator;

-- How far readers are is nobody else's to say.
REVOKE ALL ON ops.change_streams, ops.change_stream_snapshots FROM platform_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.change_streams, ops.change_stream_snapshots TO platform_replicator;
