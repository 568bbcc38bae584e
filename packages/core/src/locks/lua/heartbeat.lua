-- Extends locks of one partition, never past their maximum hold. An expired lock is gone even where nobody swept yet.
-- KEYS 1 resources (hash), 2 due (sorted set)
-- ARGV 1 sentinel, 2 principal, 3 ttl_ms, then ids
-- ->   {OK, grace_left_ms, lease_ms, token, lease_ms, token...}  lease 0: gone, -1: somebody else's; the token in a grace
--      only
--      {LOST_EPOCH}
-- @include time sentinel holders

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local _, grace_us = floor_and_grace(ARGV[1])
local now = now_us()
local now_ms = math.floor(now / 1000)
local principal, ttl = ARGV[2] .. '\n', tonumber(ARGV[3])
local answer = { 'OK', math.max(0, math.ceil((grace_us - now) / 1000)) }
local is_grace = answer[2] > 0
local fields = {}
for at = 4, #ARGV do
  fields[#fields + 1] = string.sub(ARGV[at], 1, FIELD_LENGTH)
end
local packed = redis.call('HMGET', KEYS[1], unpack(fields))
local dues = redis.call('ZMSCORE', KEYS[2], unpack(fields))

-- Of a lock that nobody shares the text is searched, which costs a fifth of unpacking it: its tail, and behind it, after
-- the one to three bytes of a length, its principal.
local function is_sole(text, tail)
  if not text or string.byte(text, 14) ~= 49 then return false end
  local _, tail_end = string.find(text, tail, 15, true)
  local from = tail_end and string.find(text, principal, tail_end + 1, true)
  return from and from - tail_end <= 4
end

local extended, loaded, changed = {}, {}, {}
local function beat(at, field, tail)
  local due = tonumber(dues[at] or 0)
  if not is_grace and is_sole(packed[at], tail) then
    if due <= now_ms then return 0, 0 end
    local expires = math.max(due, math.min(now_ms + ttl, tonumber(string.sub(packed[at], 1, 13))))
    extended[#extended + 1] = expires
    extended[#extended + 1] = field
    return expires - now_ms, 0
  end
  if packed[at] and not loaded[field] then loaded[field] = unpack_resource(packed[at], dues[at]) end
  local holder = find_holder(loaded[field], tail)
  if not holder or holder[EXPIRES] <= now_ms then return 0, 0 end
  if not is_of(holder[WHO], principal) then return -1, 0 end
  extend(holder, ttl, now_ms)
  holder[COLLECTED] = 1
  changed[field] = loaded[field]
  return holder[EXPIRES] - now_ms, holder[TOKEN]
end

for at, field in ipairs(fields) do
  answer[1 + 2 * at], answer[2 + 2 * at] = beat(at, field, string.sub(ARGV[at + 3], FIELD_LENGTH + 1))
end
if #extended > 0 then redis.call('ZADD', KEYS[2], 'XX', unpack(extended)) end
for field, resource in pairs(changed) do
  save_resource(field, resource)
end
return answer
