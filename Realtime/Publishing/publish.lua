-- One batch, or a part of one. KEYS: stream, state.
-- ARGV: history, holder, position before it, position after it, 1 when what is between is lost, most entries,
--       the time before which entries are too old, channel; then of each event its id, topics, operation, time, data, trace (may be empty).
-- 0: published, or had been. 1: a later holder has the stream. 2: Redis is not as this holder left it.
local history, holder, before, after, is_gap, most, oldest, channel = unpack(ARGV, 1, 8)
local now_history, now_holder, position, floor, last = unpack(redis.call('HMGET', KEYS[2], 'history', 'holder', 'position', 'floor', 'last'))
if not (now_history and now_holder and position and floor and last) then return 2 end
if now_history ~= history or tonumber(now_holder) > tonumber(holder) then return 1 end
if tonumber(now_holder) < tonumber(holder) or is_before(position, before) or last_id(KEYS[1]) ~= last then return 2 end
if not is_before(position, after) then return 0 end

if is_gap == '1' then
  redis.call('XTRIM', KEYS[1], 'MAXLEN', 0)
  floor = after
end
for i = 9, #ARGV, 6 do
  -- Some may have been published before: of a transaction that comes again, or of a call whose answer was lost.
  if is_before(position, ARGV[i]) then
    local trace = ARGV[i + 5] ~= '' and { 'trace', ARGV[i + 5] } or {}
    redis.call('XADD', KEYS[1], ARGV[i], 'topics', ARGV[i + 1], 'op', ARGV[i + 2], 'at', ARGV[i + 3], 'data', ARGV[i + 4], unpack(trace))
    last = ARGV[i]
  end
end

-- The oldest, as far as they are too many or too old. Whoever has not read them is told so by the floor. Mostly there is
-- none, or one for each that came: so it begins with few, since to look at many takes longer than all the rest.
local excess, few, removed = redis.call('XLEN', KEYS[1]) - tonumber(most), 1, nil
repeat
  local looked_at = few
  removed = 0
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', looked_at)) do
    if excess <= 0 and entry[2][6] >= oldest then break end
    floor, excess, removed = entry[1], excess - 1, removed + 1
  end
  if removed > 0 then
    redis.call('XTRIM', KEYS[1], 'MAXLEN', redis.call('XLEN', KEYS[1]) - removed)
  end
  few = math.min(2 * few, 100)
until removed < looked_at

redis.call('HSET', KEYS[2], 'position', after, 'floor', floor, 'last', last)
redis.call('PUBLISH', channel, after)
return 0
