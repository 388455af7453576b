-- What a reader of a slot has to remember beyond the slot itself, beside the data so that a restored backup restores both.

CREATE TABLE ops.change_streams (
  slot text PRIMARY KEY,
  -- Raised by each reader that takes the slot: whoever acts under an older one has lost it.
  epoch bigint NOT NULL DEFAULT 0,
  -- How far the consumer was when last asked; where a gap begins when the slot is gone.
  confirmed_lsn pg_lsn,
  -- Set before the slot is made anew and cleared once the consumer has heard of it, so that no crash hides it.
  gap_from pg_lsn,
  gap_reason text
);

CREATE TABLE ops.change_stream_snapshots (
  slot text NOT NULL REFERENCES ops.change_streams ON DELETE CASCADE,
  table_name text NOT NULL,
  -- The key of the last row that the consumer has confirmed.
  after_key text[],
  row_count bigint NOT NULL DEFAULT 0,
  is_complete boolean NOT NULL DEFAULT false,
  PRIMARY KEY (slot, table_name)
);
