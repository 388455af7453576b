#!lua flags=allow-oom
-- KEYS: fence table, values to delete. ARGV: channel, size of the table, what the other nodes are told, slots.
-- Versions, deletion and message are one step: no fill and no other invalidation comes between, and messages are in the
-- order of their numbers.
if redis.call('STRLEN', KEYS[1]) ~= tonumber(ARGV[2]) then
  return nil
end
local seq = redis.call('BITFIELD', KEYS[1], 'INCRBY', 'i64', '#1', 1)[1]
for i = 4, #ARGV do
  redis.call('BITFIELD', KEYS[1], 'SET', 'i64', '#' .. (ARGV[i] + 2), seq)
end
for i = 2, #KEYS do
  redis.call('UNLINK', KEYS[i])
end
local epoch = redis.call('BITFIELD', KEYS[1], 'GET', 'i64', '#0')[1]
redis.call('PUBLISH', ARGV[1], string.format('%.0f %.0f i ', epoch, seq) .. ARGV[3])
return { epoch, seq }
