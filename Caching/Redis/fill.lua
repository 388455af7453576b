-- KEYS: fence table, value, lease. ARGV: epoch, fence, time to live in ms, value, lease token, slots.
-- 0: stored. 1: something it is made of was invalidated since its load began. 2: this Redis is not the one of then.
-- 3: stored, in place of something of another type than values have, which reads pass over in silence.
if ARGV[5] ~= '' and redis.call('GET', KEYS[3]) == ARGV[5] then
  redis.call('UNLINK', KEYS[3])
end
local fence = tonumber(ARGV[2])
if fence >= 0 then
  if redis.call('BITFIELD_RO', KEYS[1], 'GET', 'i64', '#0')[1] ~= tonumber(ARGV[1]) then
    return 2
  end
  for i = 6, #ARGV do
    if redis.call('BITFIELD_RO', KEYS[1], 'GET', 'i64', '#' .. (ARGV[i] + 2))[1] > fence then
      return 1
    end
  end
end
local held = redis.call('TYPE', KEYS[2]).ok
redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[3])
return (held == 'none' or held == 'string') and 0 or 3
