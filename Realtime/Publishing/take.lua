-- The holder of the slot begins to publish, or finds that Redis is not as it left it.
-- KEYS: stream, state. ARGV: history, holder, position up to which all has been published, last event that was, server's position, a random text.
-- 0 and why the stream begins anew ('' when it goes on), its epoch; 1: a later holder has it.
local history, holder, published, last_event, server, random = unpack(ARGV)
local state = {}
for i, name in ipairs({ 'history', 'epoch', 'holder', 'position', 'floor', 'last' }) do
  state[name] = redis.call('HGET', KEYS[2], name)
end

local epoch, floor, position, anew = state.epoch, state.floor, state.position, ''
if not (state.history and state.epoch and state.holder and state.position and state.floor and state.last) then
  -- Redis lost everything, or never had anything.
  anew, epoch, position, floor = 'nothing was there', history, published, last_event
elseif state.history ~= history then
  anew, epoch, position, floor = 'the database is of another history', history, published, published
elseif is_before(server, state.position) then
  -- More was published than the database has now: it was put back, and positions will name other commits than they did.
  anew, epoch, position, floor = 'the database was put back', history .. random, published, published
elseif tonumber(state.holder) > tonumber(holder) then
  return { 1 }
elseif is_before(state.position, published) then
  anew, position, floor = 'the end of it was lost', published, last_event
elseif last_id(KEYS[1]) ~= state.last then
  anew, floor = 'its entries were lost', state.position
end

if anew ~= '' then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[2], 'epoch', epoch, 'position', position, 'floor', floor, 'last', '0-0')
end
redis.call('HSET', KEYS[2], 'history', history, 'holder', holder)
return { 0, anew, epoch }
