-- KEYS: stream, state. ARGV: after, up to ('+' for all), how many.
-- Nothing while there is no state. Otherwise epoch, floor, position, entries.
local epoch, floor, position, last = unpack(redis.call('HMGET', KEYS[2], 'epoch', 'floor', 'position', 'last'))
if not epoch then return nil end
if last_id(KEYS[1]) ~= last then floor = position end
return { epoch, floor, position, redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], ARGV[2], 'COUNT', ARGV[3]) }
