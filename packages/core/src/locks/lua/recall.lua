-- What note.lua kept.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 id
-- ->   {OK, text} {GONE} {LOST_EPOCH}

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local text = redis.call('HGET', KEYS[4], 'r' .. ARGV[2])
if not text then return { 'GONE' } end
return { 'OK', text }
