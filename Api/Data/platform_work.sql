-- What the platform does by itself, for nobody in particular; staff who act are users.
CREATE FUNCTION ops.is_platform() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN ops.is_staff() AND ops.current_user_id() IS NULL;

-- It clears away carts that nobody came back to, and records whose time is over; it sees no other.
CREATE POLICY abandoned_seen ON store.carts FOR SELECT TO platform_app
  USING (ops.is_platform() AND user_id IS NULL AND updated_at < now() - interval '30 days');
CREATE POLICY abandoned_deleted ON store.carts FOR DELETE TO platform_app
  USING (ops.is_platform() AND user_id IS NULL AND updated_at < now() - interval '30 days');

CREATE POLICY old_seen ON ops.idempotency_records FOR SELECT TO platform_app
  USING (ops.is_platform() AND created_at < now() - interval '24 hours');
CREATE POLICY old_deleted ON ops.idempotency_records FOR DELETE TO platform_app
  USING (ops.is_platform() AND created_at < now() - interval '24 hours');
