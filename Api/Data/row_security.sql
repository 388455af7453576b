-- Rows that belong to somebody are seen and written by that user alone, whatever the statement forgot to say
-- (PostgreSQL manual, 5.9 Row Security Policies). Who it is, the transaction says: Data/RowSecurity.cs.
-- FORCE: the owner of the tables, who migrates, is held to it too.

CREATE FUNCTION ops.current_user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('platform.user_id', true), '')::uuid;

CREATE FUNCTION ops.current_cart_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('platform.cart_id', true), '')::uuid;

CREATE FUNCTION ops.is_staff() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('platform.staff', true), '') = 'on';

ALTER TABLE identity.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON identity.sessions USING (user_id = ops.current_user_id());

ALTER TABLE identity.refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.refresh_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON identity.refresh_tokens USING (EXISTS (SELECT FROM identity.sessions s WHERE s.id = session_id));

ALTER TABLE identity.addresses ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.addresses FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON identity.addresses USING (user_id = ops.current_user_id());

ALTER TABLE store.carts ENABLE ROW LEVEL SECURITY;
ALTER TABLE store.carts FORCE ROW LEVEL SECURITY;
-- An anonymous cart is its holder's, who has the signed cookie with its id.
CREATE POLICY own ON store.carts USING (user_id = ops.current_user_id() OR (user_id IS NULL AND id = ops.current_cart_id()));

ALTER TABLE store.cart_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE store.cart_items FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON store.cart_items USING (EXISTS (SELECT FROM store.carts c WHERE c.id = cart_id));

ALTER TABLE store.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE store.orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON store.orders USING (user_id = ops.current_user_id() OR ops.is_staff());
CREATE POLICY reports ON store.orders FOR SELECT TO platform_reader USING (true);

ALTER TABLE store.order_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE store.order_items FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON store.order_items USING (EXISTS (SELECT FROM store.orders o WHERE o.id = order_id));

ALTER TABLE store.payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE store.payments FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON store.payments USING (EXISTS (SELECT FROM store.orders o WHERE o.id = order_id));

ALTER TABLE store.review_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE store.review_drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON store.review_drafts USING (user_id = ops.current_user_id());

ALTER TABLE ops.idempotency_records ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.idempotency_records FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON ops.idempotency_records USING (user_id = ops.current_user_id());

-- Reports need no secrets and no names.
REVOKE SELECT ON identity.refresh_tokens, identity.sessions, identity.signing_keys, identity.addresses FROM platform_reader;
REVOKE SELECT ON ops.idempotency_records FROM platform_reader;
REVOKE SELECT ON identity.users FROM platform_reader;
GRANT SELECT (id, user_type, created_at) ON identity.users TO platform_reader;
