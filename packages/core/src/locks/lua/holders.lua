-- Who holds a resource now. Whether "nobody" can be believed depends on the sentinel and the grace.
-- KEYS 1 resources (hash), 2 due (sorted set)
-- ARGV 1 sentinel, 2 field
-- ->   {OK, now_ms, grace_left_ms, lock...} {LOST_EPOCH}
-- @include time sentinel packing holders

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local _, grace_us = floor_and_grace(ARGV[1])
local now = now_us()
local answer = { 'OK', math.floor(now / 1000), math.max(0, math.ceil((grace_us - now) / 1000)) }
local resource = load_resource(ARGV[2])
for at = FIRST, resource and #resource or 0 do
  if resource[at][EXPIRES] * 1000 > now then answer[#answer + 1] = describe(ARGV[2], resource, resource[at]) end
end
return answer
