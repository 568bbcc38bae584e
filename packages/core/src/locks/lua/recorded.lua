-- A deadlock's entry is in the history, and need not be kept any more.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 deadlock
-- ->   {OK} {LOST_EPOCH}

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
redis.call('ZREM', KEYS[2], 'x' .. ARGV[2])
redis.call('HDEL', KEYS[4], 'x' .. ARGV[2])
return { 'OK' }
