-- Extends locks of one partition, never past their maximum hold. An expired lock is gone even where nobody swept yet.
-- KEYS 1 resources (hash), 2 locks (hash), 3 expiries (sorted set)
-- ARGV 1 sentinel, then id, principal, ttl_ms of each
-- ->   {OK, grace_left_ms, result...}  a result: {OK, lease_ms, lock} {GONE} {FOREIGN}
--      {LOST_EPOCH}
-- @include time sentinel records

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local _, grace_us = floor_and_grace(ARGV[1])
local now = now_us()
local now_ms = math.floor(now / 1000)
local ids = {}
for at = 2, #ARGV, 3 do
  ids[#ids + 1] = ARGV[at]
end
local records = redis.call('HMGET', KEYS[2], unpack(ids))
local expiries = redis.call('ZMSCORE', KEYS[3], unpack(ids))

local answer = { 'OK', digits(math.max(0, (grace_us - now) / 1000)) }
local extended = {}
for at, id in ipairs(ids) do
  local expires_ms = tonumber(expiries[at] or 0)
  local record = records[at] and cmsgpack.unpack(records[at])
  if not record or expires_ms <= now_ms then
    answer[#answer + 1] = { 'GONE' }
  elseif record[PRINCIPAL] ~= ARGV[at * 3] then
    answer[#answer + 1] = { 'FOREIGN' }
  else
    -- A shorter extension than what is left does not take time away.
    expires_ms = math.max(expires_ms, math.min(now_ms + tonumber(ARGV[at * 3 + 1]), record[HOLD_UNTIL]))
    extended[#extended + 1] = digits(expires_ms)
    extended[#extended + 1] = id
    answer[#answer + 1] = { 'OK', digits(expires_ms - now_ms), describe(id, record, expires_ms) }
  end
end
if #extended > 0 then redis.call('ZADD', KEYS[3], 'XX', unpack(extended)) end
return answer
