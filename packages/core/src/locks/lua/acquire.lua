-- Grants a lock, or says why not. Never grants twice: the same request again gets the same grant.
-- KEYS 1 resources (hash), 2 locks (hash), 3 expiries (sorted set)
-- ARGV 1 sentinel, 2 resource, 3 mode (x, s, c), 4 capacity (counted), 5 principal, 6 owner, 7 agent, 8 purpose,
--      9 acquire_id, 10 attempt (also the id of the lock that is made), 11 ttl_ms, 12 max_hold_ms, 13 delay_ms
-- ->   {GRANTED, lease_ms, lock, lock...}   the rest: locks found expired on the way
--      {AGAIN, lease_ms, lock}         the same acquire_id: the same grant, extended
--      {UPGRADED, lease_ms, lock}      the same id with a new token
--      {ALREADY_HELD, lock}            by this owner under another acquire_id
--      {LOCKED, lock}                  by somebody else: the first of them
--      {DELAYED, until_ms, now_ms, lock?}
--      {GRACE, left_ms} {LOST_EPOCH} {FORGOTTEN}
-- @include time sentinel records

local sentinel, resource, mode, attempt = ARGV[1], ARGV[2], ARGV[3], ARGV[10]
local fields = redis.call('HMGET', KEYS[1], '@', '#', resource, '!' .. attempt)
if fields[1] ~= sentinel then return { 'LOST_EPOCH' } end
local floor, grace_us = floor_and_grace(sentinel)
local now = now_us()
if now < grace_us then return { 'GRACE', digits((grace_us - now) / 1000) } end
if fields[4] then return { 'FORGOTTEN' } end

local now_ms = math.floor(now / 1000)
local token = math.max(tonumber(fields[2] or 0) + 1, floor + 1, now)
local holders = fields[3]
local live, expired = {}, {}
local mine

if holders and string.sub(holders, 1, 1) == '~' then
  local until_ms = tonumber(string.sub(holders, 2))
  if until_ms > now_ms then return { 'DELAYED', digits(until_ms), digits(now_ms) } end
  holders = nil
elseif holders then
  for _, lock in ipairs(read_locks(KEYS[2], KEYS[3], holder_ids(holders))) do
    local record = lock[2]
    if lock[3] > now_ms then
      live[#live + 1] = lock
      if record[PRINCIPAL] == ARGV[5] and record[OWNER] == ARGV[6] then mine = lock end
    elseif lock[3] + record[DELAY] > now_ms then
      return { 'DELAYED', digits(lock[3] + record[DELAY]), digits(now_ms), describe(lock[1], record, lock[3]) }
    else
      expired[#expired + 1] = lock
    end
  end
end

local function store(id, record, expires_ms, list)
  redis.call('HSET', KEYS[1], resource, list, '#', digits(record[TOKEN]))
  redis.call('HSET', KEYS[2], id, cmsgpack.pack(record))
  redis.call('ZADD', KEYS[3], digits(expires_ms), id)
end

if mine then
  local id, record, expires_ms = mine[1], mine[2], mine[3]
  if record[REQUEST] == ARGV[9] then
    -- The earlier attempt may be about to be forgotten; the grant now belongs to this one.
    record[ATTEMPT] = attempt
    expires_ms = math.max(expires_ms, math.min(now_ms + tonumber(ARGV[11]), record[HOLD_UNTIL]))
    redis.call('HSET', KEYS[2], id, cmsgpack.pack(record))
    redis.call('ZADD', KEYS[3], digits(expires_ms), id)
    return { 'AGAIN', digits(expires_ms - now_ms), describe(id, record, expires_ms) }
  end
  if record[MODE] == 's' and mode == 'x' and #live == 1 then
    record[MODE], record[TOKEN], record[REQUEST], record[DELAY] = 'x', token, ARGV[9], tonumber(ARGV[13])
    expires_ms = math.max(expires_ms, math.min(now_ms + tonumber(ARGV[11]), record[HOLD_UNTIL]))
    store(id, record, expires_ms, 'x' .. id)
    return { 'UPGRADED', digits(expires_ms - now_ms), describe(id, record, expires_ms) }
  end
  return { 'ALREADY_HELD', describe(id, record, expires_ms) }
end

if #live > 0 then
  local held = live[1][2][MODE]
  local is_free = (mode == 's' and held == 's') or (mode == 'c' and held == 'c' and #live < tonumber(ARGV[4]))
  if not is_free then return { 'LOCKED', describe(live[1][1], live[1][2], live[1][3]) } end
end

local answer = { 'GRANTED', '', '' }
for _, lock in ipairs(expired) do
  redis.call('HDEL', KEYS[2], lock[1])
  redis.call('ZREM', KEYS[3], lock[1])
  answer[#answer + 1] = describe(lock[1], lock[2], lock[3])
end
local list = { mode }
for _, lock in ipairs(live) do
  list[#list + 1] = lock[1]
end
list[#list + 1] = attempt
local hold_until = now_ms + tonumber(ARGV[12])
local expires_ms = math.min(now_ms + tonumber(ARGV[11]), hold_until)
local record = {
  resource, mode, ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], attempt, token, now_ms, hold_until, tonumber(ARGV[13]),
}
store(attempt, record, expires_ms, table.concat(list))
answer[2], answer[3] = digits(expires_ms - now_ms), describe(attempt, record, expires_ms)
return answer
