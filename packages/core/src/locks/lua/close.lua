-- Closes an epoch in one partition: from here nothing is granted or extended under it, so a copy of Redis that holds
-- this mark holds every lock of the epoch.
-- KEYS 1 resources (hash)
-- ARGV 1 sentinel, 2 closed (the sentinel that says so)
-- ->   {OK} {LOST_EPOCH}

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
redis.call('HSET', KEYS[1], '@', ARGV[2])
return { 'OK' }
