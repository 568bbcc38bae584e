-- Who holds a resource now. Whether "nobody" can be believed depends on the sentinel and the grace.
-- KEYS 1 resources (hash), 2 locks (hash), 3 expiries (sorted set)
-- ARGV 1 sentinel, 2 resource
-- ->   {OK, grace_left_ms, lock...} {LOST_EPOCH}
-- @include time sentinel records

local fields = redis.call('HMGET', KEYS[1], '@', ARGV[2])
if fields[1] ~= ARGV[1] then return { 'LOST_EPOCH' } end
local _, grace_us = floor_and_grace(ARGV[1])
local now = now_us()
local answer = { 'OK', digits(math.max(0, (grace_us - now) / 1000)) }
local holders = fields[2]
if holders and string.sub(holders, 1, 1) ~= '~' then
  for _, lock in ipairs(read_locks(KEYS[2], KEYS[3], holder_ids(holders))) do
    if lock[3] > math.floor(now / 1000) then answer[#answer + 1] = describe(lock[1], lock[2], lock[3]) end
  end
end
return answer
