-- What people did with books: one may add one's own and take it away again, and nobody changes what happened.

REVOKE UPDATE ON telemetry.interactions FROM platform_app;
REVOKE SELECT ON telemetry.interaction_keys FROM platform_reader;

ALTER TABLE telemetry.interactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE telemetry.interactions FORCE ROW LEVEL SECURITY;
-- Whoever is not logged in adds what is nobody's, and sees nothing.
CREATE POLICY own ON telemetry.interactions USING (user_id = ops.current_user_id()) WITH CHECK (user_id IS NOT DISTINCT FROM ops.current_user_id());
CREATE POLICY reports ON telemetry.interactions FOR SELECT TO platform_reader USING (true);

-- Weekly chunks where TimescaleDB is there; a plain table where it is not. Either way what is added leaves the database as
-- logical messages (publication.sql); whoever reads those may compare them with the rows.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
    PERFORM public.create_hypertable('telemetry.interactions', public.by_range('at', INTERVAL '7 days'));
  END IF;
END $$;

GRANT USAGE ON SCHEMA telemetry TO platform_replicator;
GRANT SELECT ON telemetry.interactions TO platform_replicator;

-- Of a review that was removed one has to know whose it was, and of which book.
ALTER TABLE store.reviews REPLICA IDENTITY FULL;
