#!lua flags=allow-oom
-- All that was committed up to a position has been told. KEYS: fence table, position. ARGV: channel, size of the table, history and position.
-- The message takes no number of its own: whoever has not heard up to the present one has missed something.
if redis.call('STRLEN', KEYS[1]) ~= tonumber(ARGV[2]) then
  return nil
end
local epoch, seq = unpack(redis.call('BITFIELD_RO', KEYS[1], 'GET', 'i64', '#0', 'GET', 'i64', '#1'))
redis.call('SET', KEYS[2], ARGV[3])
redis.call('PUBLISH', ARGV[1], string.format('%.0f %.0f w ', epoch, seq) .. ARGV[3])
return seq
