-- Grants a lock, or queues the request, or says why not. Never grants twice: the same request again gets the same grant.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 field, 3 key, 4 mode (x, s, c), 5 capacity (counted), 6 who, 7 owner (what who begins with),
--      8 tail (of the id that the lock will have), 9 attempt, 10 ttl_ms, 11 max_hold_ms, 12 delay_ms, 13 quota (0: none),
--      optionally, of a request that waits: 14 priority, 15 max_wait_ms, 16 channel, 17 waiter_lease_ms, 18 max_depth
-- ->   {GRANTED, token, acquired_ms, expires_ms, hold_until_ms, expired lock...}
--      {AGAIN, now_ms, lock}       the same request, or one that was granted meanwhile: the same grant, extended
--      {UPGRADED, now_ms, lock}    the same id with a new token
--      {ALREADY_HELD, lock}        by this owner, by another request
--      {QUEUED, ...}               see standing in lib/waits.lua
--      {LOCKED, queue_length, lock}          by somebody else: the first of them
--      {DELAYED, queue_length, left_ms}      the last holder was lost and may still write
--      {QUEUE_FULL} {QUOTA} {GRACE, left_ms} {LOST_EPOCH} {FORGOTTEN}
-- @include time sentinel

local sentinel, field, key, mode, tail = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[8]
local fields = redis.call('HMGET', KEYS[1], '@', '#', field, '!' .. ARGV[9])
if fields[1] ~= sentinel then return { 'LOST_EPOCH' } end
local floor, grace_us = floor_and_grace(sentinel)
local now = now_us()
local now_ms = math.floor(now / 1000)
if fields[4] then return { 'FORGOTTEN' } end
local is_grace, is_waiting = now < grace_us, ARGV[14] ~= nil
if is_grace and not is_waiting then return { 'GRACE', math.ceil((grace_us - now) / 1000) } end

local ttl, hold = tonumber(ARGV[10]), tonumber(ARGV[11])
local quota = tonumber(ARGV[13])
local counted = 0
local function exceeds_quota()
  if quota == 0 then return false end
  local counter = '$' .. string.match(ARGV[6], '^[^\n]*')
  if redis.call('HINCRBY', KEYS[4], counter, 1) > quota then
    redis.call('HINCRBY', KEYS[4], counter, -1)
    return true
  end
  counted = 1
  return false
end

-- The lock is free, as nearly always: nobody holds it, so nobody waits.
local token = math.max(tonumber(fields[2] or 0) + 1, floor + 1, now)
if not fields[3] and not is_grace then
  if exceeds_quota() then return { 'QUOTA' } end
  local expires = now_ms + math.min(ttl, hold)
  local holder = { tail, ARGV[6], token, now_ms, expires, ttl, hold, tonumber(ARGV[12]), 1, counted, ARGV[9] }
  redis.call('HSET', KEYS[1], field, cmsgpack.pack({ key, mode, 0, 0, holder }), '#', token)
  redis.call('ZADD', KEYS[2], expires, field)
  return { 'GRANTED', token, now_ms, expires, now_ms + hold }
end
-- @include holders waits handoff

local owner, capacity = ARGV[7], tonumber(ARGV[5])
local resource = fields[3] and cmsgpack.unpack(fields[3]) or nobody(key)
local answer = { 'GRANTED', 0, now_ms, 0, 0 }
for _, holder in ipairs(drop_expired(resource, now_ms)) do
  answer[#answer + 1] = describe(field, resource, holder)
end
grant_next(field, resource, sentinel, now)
if is_grace then resource[DELAYED] = math.max(resource[DELAYED], math.ceil(grace_us / 1000)) end

for at = FIRST, #resource do
  local mine = resource[at]
  if is_of(mine[WHO], owner) then
    local is_same = mine[TAIL] == tail or mine[UPGRADE] == tail
    if is_same or (mine[COLLECTED] == 0 and resource[MODE] == mode) then
      -- The earlier attempt may be about to be forgotten; the grant now belongs to this one.
      mine[ATTEMPT], mine[COLLECTED] = ARGV[9], 1
      extend(mine, ttl, now_ms)
      save_resource(field, resource)
      return { 'AGAIN', now_ms, describe(field, resource, mine) }
    end
    if resource[MODE] == 's' and mode == 'x' and #resource == FIRST and queue_length(field) == 0 then
      resource[MODE], mine[TOKEN], mine[DELAY], mine[COLLECTED] = 'x', token, tonumber(ARGV[12]), 1
      mine[ATTEMPT], mine[UPGRADE] = ARGV[9], tail
      extend(mine, ttl, now_ms)
      save_resource(field, resource)
      redis.call('HSET', KEYS[1], '#', token)
      return { 'UPGRADED', now_ms, describe(field, resource, mine) }
    end
    save_resource(field, resource)
    return { 'ALREADY_HELD', describe(field, resource, mine) }
  end
end

local waiting = queue_length(field)
if waiting > 0 then
  for _, id in ipairs(ids_waited_for(owner)) do
    if string.sub(id, 1, FIELD_LENGTH) == field then
      local wait = load_wait(id)
      if is_waiting then
        wait[LEASE], wait[CHANNEL] = now_ms + tonumber(ARGV[17]), ARGV[16]
        save_wait(id, wait)
      end
      save_resource(field, resource)
      return standing(id, wait, resource, now_ms)
    end
  end
end

-- Behind whoever waits, unless by a higher priority in front of them all.
local order = is_waiting and string.format('%03d', 100 - tonumber(ARGV[14])) or '050'
local is_first = waiting == 0 or field .. order < string.sub(queue_of(field, 1)[1], 1, FIELD_LENGTH + 3)
if is_first and resource[DELAYED] == 0 and is_compatible(resource, mode, capacity) then
  if exceeds_quota() then return { 'QUOTA' } end
  token = math.max(tonumber(redis.call('HGET', KEYS[1], '#') or 0) + 1, floor + 1, now)
  answer[2], answer[4], answer[5] = token, now_ms + math.min(ttl, hold), now_ms + hold
  resource[KEY], resource[MODE] = key, mode
  resource[#resource + 1] =
    { tail, ARGV[6], token, now_ms, answer[4], ttl, hold, tonumber(ARGV[12]), 1, counted, ARGV[9] }
  save_resource(field, resource)
  redis.call('HSET', KEYS[1], '#', token)
  return answer
end

if not is_waiting then
  save_resource(field, resource)
  if resource[FIRST] then return { 'LOCKED', waiting, describe(field, resource, resource[FIRST]) } end
  return { 'DELAYED', waiting, resource[DELAYED] - now_ms }
end
if waiting >= tonumber(ARGV[18]) then
  save_resource(field, resource)
  return { 'QUEUE_FULL' }
end
if exceeds_quota() then
  save_resource(field, resource)
  return { 'QUOTA' }
end
local id = field .. tail
local number = redis.call('HINCRBY', KEYS[4], '#', 1)
local wait = {
  field .. order .. string.format('%013d', number) .. tail, key, mode, ARGV[6], capacity, ttl, hold, tonumber(ARGV[12]),
  counted, ARGV[9], ARGV[16], now_ms + tonumber(ARGV[17]), now_ms + tonumber(ARGV[15]), now_ms, tonumber(ARGV[14]),
}
redis.call('ZADD', KEYS[3], 0, wait[MEMBER])
redis.call('HSET', KEYS[4], 'o' .. owner, (redis.call('HGET', KEYS[4], 'o' .. owner) or '') .. id)
save_wait(id, wait)
save_resource(field, resource)
return standing(id, wait, resource, now_ms)
