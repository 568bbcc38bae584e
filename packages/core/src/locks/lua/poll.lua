-- Where requests stand; asking renews their places. What was granted meanwhile is collected by it.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 principal, 3 channel (empty: nobody listens), 4 waiter_lease_ms, then ids
-- ->   {OK, now_ms, result...}  a result: {QUEUED, ...} as standing in lib/waits.lua, {GRANTED, lock}
--      {ENDED, outcome, key, detail} {FOREIGN} {GONE}
--      {LOST_EPOCH}
-- @include time sentinel packing holders waits handoff

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local now = now_us()
local now_ms = math.floor(now / 1000)
local principal = ARGV[2] .. '\n'

local function look(id)
  local field, tail = string.sub(id, 1, FIELD_LENGTH), string.sub(id, FIELD_LENGTH + 1)
  local resource, wait = load_resource(field), load_wait(id)
  if wait and wait[1] ~= ENDED and is_of(wait[W_WHO], principal) then
    wait[CHANNEL], wait[LEASE] = ARGV[3], now_ms + tonumber(ARGV[4])
    save_wait(id, wait)
    if not resource then
      serve_queue(field, ARGV[1], now)
      resource, wait = load_resource(field), load_wait(id)
    end
  end
  if wait and wait[1] == ENDED then
    if not is_of(wait[3], principal) then return { 'FOREIGN' } end
    return { 'ENDED', wait[2], wait[4], wait[5] }
  elseif wait then
    if not is_of(wait[W_WHO], principal) then return { 'FOREIGN' } end
    return standing(id, wait, resource, now_ms)
  end
  local holder = find_holder(resource, tail)
  if not holder or holder[EXPIRES] <= now_ms then return { 'GONE' } end
  if not is_of(holder[WHO], principal) then return { 'FOREIGN' } end
  collect(holder, holder[TTL], now_ms)
  save_resource(field, resource)
  return { 'GRANTED', describe(field, resource, holder) }
end

local answer = { 'OK', now_ms }
for at = 5, #ARGV do
  answer[#answer + 1] = look(ARGV[at])
end
return answer
