-- The ledger of stock and its sum, kept by the database itself: the services may add to the ledger and nothing else.

REVOKE UPDATE, DELETE ON store.stock_movements FROM platform_app;
REVOKE INSERT, UPDATE ON store.inventory FROM platform_app;
GRANT INSERT (variant_id, reserved, reorder_point), UPDATE (reserved, reorder_point) ON store.inventory TO platform_app;

-- As its owner, who alone may write on_hand. The row lock of the UPDATE puts concurrent movements of a variant in a row,
-- and inventory's CHECK refuses one that would take more than is there, or more than is not reserved.
CREATE FUNCTION store.apply_stock_movement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  UPDATE store.inventory SET on_hand = on_hand + NEW.quantity WHERE variant_id = NEW.variant_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'variant % is not kept in stock', NEW.variant_id USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER apply_stock_movement AFTER INSERT ON store.stock_movements
  FOR EACH ROW EXECUTE FUNCTION store.apply_stock_movement();

-- Not even the owner rewrites history; dropping chunks past their retention is another thing.
CREATE FUNCTION store.refuse_stock_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'stock movements are only added' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER refuse_stock_rewrite BEFORE UPDATE OR DELETE ON store.stock_movements
  FOR EACH ROW EXECUTE FUNCTION store.refuse_stock_rewrite();

-- Monthly chunks where TimescaleDB is there; a plain table where it is not.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
    PERFORM public.create_hypertable('store.stock_movements', public.by_range('at', INTERVAL '1 month'));
  END IF;
END $$;

CREATE FUNCTION store.count_review_votes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE store.reviews SET helpful_count = helpful_count + 1 WHERE id = NEW.review_id;
  ELSE
    UPDATE store.reviews SET helpful_count = helpful_count - 1 WHERE id = OLD.review_id;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER count_review_votes AFTER INSERT OR DELETE ON store.review_votes
  FOR EACH ROW EXECUTE FUNCTION store.count_review_votes();
