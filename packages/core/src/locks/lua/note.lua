-- Keeps what a request for several keys asked for, so that any process can go on with it.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 id, 3 text (empty: forget it), 4 keep_ms
-- ->   {OK} {LOST_EPOCH}
-- @include time

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local name = 'r' .. ARGV[2]
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[4], name)
  redis.call('ZREM', KEYS[2], name)
else
  redis.call('HSET', KEYS[4], name, ARGV[3])
  redis.call('ZADD', KEYS[2], math.floor(now_us() / 1000) + tonumber(ARGV[4]), name)
end
return { 'OK' }
