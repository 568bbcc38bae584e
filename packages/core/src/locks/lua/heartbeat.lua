-- Extends locks of one partition, never past their maximum hold; one by one, where beat.lua does not do it for all. An
-- expired lock is gone even where nobody swept yet.
-- KEYS 1 resources (hash), 2 due (sorted set)
-- ARGV 1 sentinel, 2 principal, 3 ttl_ms, then ids
-- ->   {OK, grace_left_ms, lease_ms, token, lease_ms, token...}  lease 0: gone, -1: somebody else's
--      {LOST_EPOCH}
-- @include time sentinel packing holders

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local _, grace_us = floor_and_grace(ARGV[1])
local now = now_us()
local now_ms = math.floor(now / 1000)
local principal, ttl = ARGV[2] .. '\n', tonumber(ARGV[3])

local function beat(field, tail)
  local resource = load_resource(field)
  local holder = find_holder(resource, tail)
  if not holder or holder[EXPIRES] <= now_ms then return 0, 0 end
  if not is_of(holder[WHO], principal) then return -1, 0 end
  extend(holder, ttl, now_ms)
  holder[COLLECTED] = 1
  save_resource(field, resource)
  return holder[EXPIRES] - now_ms, holder[TOKEN]
end

local answer = { 'OK', math.max(0, math.ceil((grace_us - now) / 1000)) }
for at = 4, #ARGV do
  local lease, token = beat(string.sub(ARGV[at], 1, FIELD_LENGTH), string.sub(ARGV[at], FIELD_LENGTH + 1))
  answer[#answer + 1] = lease
  answer[#answer + 1] = token
end
return answer
