-- After an acquire whose answer never came: takes back what that one attempt got. Where it got nothing it may yet
-- run (it lies in a socket), so a mark makes it fail when it does.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 id, 3 attempt, 4 keep_mark_ms
-- ->   {RELEASED, now_ms, lock} {LEFT} {MARKED} {LOST_EPOCH}
-- @include time sentinel packing holders waits handoff

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local id, attempt = ARGV[2], ARGV[3]
local field = string.sub(id, 1, FIELD_LENGTH)
local now = now_us()
local now_ms = math.floor(now / 1000)

local resource = load_resource(field)
for at = FIRST, resource and #resource or 0 do
  local holder = resource[at]
  if (holder[ATTEMPT] == '' and holder[TAIL] or holder[ATTEMPT]) == attempt then
    local lock = describe(field, resource, holder)
    remove_holder(resource, at)
    grant_next(field, resource, ARGV[1], now)
    save_resource(field, resource)
    return { 'RELEASED', now_ms, lock }
  end
end
local wait = load_wait(id)
if wait and wait[1] ~= ENDED and (wait[W_ATTEMPT] == '' and string.sub(id, FIELD_LENGTH + 1) or wait[W_ATTEMPT]) == attempt then
  if wait[W_COUNTED] == 1 then uncount(wait[W_WHO]) end
  forget_wait(id, wait)
  serve_queue(field, ARGV[1], now)
  return { 'LEFT' }
end
if redis.call('HSET', KEYS[1], '!' .. attempt, 1) == 1 then redis.call('HINCRBY', KEYS[1], '!', 1) end
redis.call('ZADD', KEYS[2], now_ms + tonumber(ARGV[4]), '!' .. attempt)
return { 'MARKED' }
