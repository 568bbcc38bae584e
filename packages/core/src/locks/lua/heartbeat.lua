-- Extends locks of one partition, never past their maximum hold. An expired lock is gone even where nobody swept yet.
-- KEYS 1 resources (hash), 2 due (sorted set)
-- ARGV 1 sentinel, 2 principal, 3 ttl_ms, then ids
-- ->   {OK, grace_left_ms, lease_ms, token, lease_ms, token...}  lease 0: gone, -1: somebody else's
--      {LOST_EPOCH}
-- @include time sentinel holders

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local _, grace_us = floor_and_grace(ARGV[1])
local now = now_us()
local now_ms = math.floor(now / 1000)
local principal, ttl = ARGV[2] .. '\n', tonumber(ARGV[3])
local fields, loaded, changed = {}, {}, {}
for at = 4, #ARGV do
  fields[#fields + 1] = string.sub(ARGV[at], 1, FIELD_LENGTH)
end
for at, packed in ipairs(redis.call('HMGET', KEYS[1], unpack(fields))) do
  if packed and not loaded[fields[at]] then loaded[fields[at]] = cmsgpack.unpack(packed) end
end

local answer = { 'OK', math.max(0, math.ceil((grace_us - now) / 1000)) }
for at, field in ipairs(fields) do
  local holder = find_holder(loaded[field], string.sub(ARGV[at + 3], FIELD_LENGTH + 1))
  if not holder or holder[EXPIRES] <= now_ms then
    answer[#answer + 1] = 0
    answer[#answer + 1] = 0
  else
    local is_mine = is_of(holder[WHO], principal)
    if is_mine then
      extend(holder, ttl, now_ms)
      holder[COLLECTED] = 1
      changed[field] = loaded[field]
    end
    answer[#answer + 1] = is_mine and holder[EXPIRES] - now_ms or -1
    answer[#answer + 1] = holder[TOKEN]
  end
end
for field, resource in pairs(changed) do
  save_resource(field, resource)
end
return answer
