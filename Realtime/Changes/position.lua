-- Positions as text, "{commit}-{sequence}". Lua's numbers hold 53 bits, a position of the WAL has 64.
local function part_is_before(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end

local function is_before(a, b)
  local a_commit, a_sequence = string.match(a, '^(%d+)-(%d+)$')
  local b_commit, b_sequence = string.match(b, '^(%d+)-(%d+)$')
  if a_commit ~= b_commit then return part_is_before(a_commit, b_commit) end
  return part_is_before(a_sequence, b_sequence)
end

-- The last id that the stream ever had. That of its state differs when one of the two was lost, by eviction or by hand.
local function last_id(stream)
  if redis.call('EXISTS', stream) == 0 then return '0-0' end
  local info = redis.call('XINFO', 'STREAM', stream)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return info[i + 1] end
  end
end
