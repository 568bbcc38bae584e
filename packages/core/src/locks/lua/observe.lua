-- What a partition's server is and what it remembers. Sent as EVAL, because it runs before the other scripts are loaded.
-- KEYS 1 resources (hash)
-- ARGV none
-- ->   {OK, run_id, maxmemory_policy, now_us, sentinel?}
-- @include time

local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local policy = string.match(redis.call('INFO', 'memory'), 'maxmemory_policy:(%S+)')
return { 'OK', run_id, policy, now_us(), redis.call('HGET', KEYS[1], '@') or nil }
