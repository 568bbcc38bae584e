-- Begins an epoch in one partition. An older epoch never overwrites a newer one. Sent as EVAL, because it runs before
-- the other scripts are loaded (see connection.ts).
-- KEYS 1 resources (hash)
-- ARGV 1 opening (the sentinel), 2 epoch (its own)
-- ->   {OK} {NEWER}

local present = redis.call('HGET', KEYS[1], '@')
if present and tonumber(string.match(present, '^%d+')) > tonumber(ARGV[2]) then return { 'NEWER' } end
redis.call('HSET', KEYS[1], '@', ARGV[1])
return { 'OK' }
