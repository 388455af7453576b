#!lua flags=allow-oom
-- A node begins to listen. KEYS: fence table, run id. ARGV: a new epoch, channel, nonce, size of the table in bytes, 1 after an outage.
-- The table is made anew, under a new epoch, when it is not there, or when the server is not the one that it was made on:
-- a restarted server has gone back to its last snapshot, and a promoted replica may lack the last invalidations.
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
if redis.call('STRLEN', KEYS[1]) ~= tonumber(ARGV[4]) or redis.call('GET', KEYS[2]) ~= run then
  redis.call('DEL', KEYS[1])
  redis.call('SETRANGE', KEYS[1], tonumber(ARGV[4]) - 1, '\0')
  redis.call('BITFIELD', KEYS[1], 'SET', 'i64', '#0', ARGV[1])
  redis.call('SET', KEYS[2], run)
end
local epoch = redis.call('BITFIELD', KEYS[1], 'GET', 'i64', '#0')[1]
local seq = redis.call('BITFIELD', KEYS[1], 'INCRBY', 'i64', '#1', 1)[1]
-- Others too had an outage then, and one that wrote during it may be gone for good: whoever says hello from now on trusts
-- nothing older. The number is the last one in the table.
if ARGV[5] == '1' then
  redis.call('BITFIELD', KEYS[1], 'SET', 'i64', '#' .. (ARGV[4] / 8 - 1), seq)
end
redis.call('PUBLISH', ARGV[2], string.format('%.0f %.0f h %s', epoch, seq, ARGV[3]))
local time = redis.call('TIME')
return { epoch, seq, time[1] * 1000 + math.floor(time[2] / 1000), redis.call('GET', KEYS[1]) }
