#!lua flags=allow-oom
-- Everything becomes unread by a new epoch. KEYS: fence table. ARGV: the new epoch, channel, size of the table, the commits that it covers.
if redis.call('STRLEN', KEYS[1]) ~= tonumber(ARGV[3]) then
  return nil
end
redis.call('BITFIELD', KEYS[1], 'SET', 'i64', '#0', ARGV[1])
local seq = redis.call('BITFIELD', KEYS[1], 'INCRBY', 'i64', '#1', 1)[1]
redis.call('PUBLISH', ARGV[2], string.format('%s %.0f e ', ARGV[1], seq) .. ARGV[4])
return seq
