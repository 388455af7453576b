-- A token bucket is one number: the microsecond of Redis' clock at which it is full again. A full one is no key at all.
-- KEYS: the bucket. ARGV: how many tokens it holds, in how many microseconds it fills, how many are wanted.
-- Answers how many are given, how many are left, and in how many microseconds there is one when none is given.
local permits, period, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- Never emptier than empty: the clock may have been set back, or the limit changed.
local full = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or '') or now, now), now + period)
local left = math.floor((now + period - full) * permits / period)
local given = math.min(left, wanted)
if given == 0 then
  return { 0, 0, math.ceil(period / permits - (now + period - full)) }
end
-- Rounded down, or a token that is due would be missing for a microsecond.
full = math.floor(full + given * period / permits)
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.max(1, math.ceil((full - now) / 1000)))
return { given, left - given, 0 }
