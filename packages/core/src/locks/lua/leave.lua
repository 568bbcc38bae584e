-- Ends a wait by its own will. What was granted meanwhile is let go of, or kept where `keep` says so: 1 always, 2 where
-- it was collected.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 id, 3 principal, 4 keep (0, 1 or 2)
-- ->   {LEFT} {RELEASED, now_ms, lock} {GRANTED, now_ms, lock} {FOREIGN} {GONE} {LOST_EPOCH}
-- @include time sentinel packing holders waits handoff

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local id, principal = ARGV[2], ARGV[3] .. '\n'
local field, tail = string.sub(id, 1, FIELD_LENGTH), string.sub(id, FIELD_LENGTH + 1)
local now = now_us()
local now_ms = math.floor(now / 1000)

local wait = load_wait(id)
if wait and wait[1] == ENDED then return { 'GONE' } end
if wait then
  if not is_of(wait[W_WHO], principal) then return { 'FOREIGN' } end
  if wait[W_COUNTED] == 1 then uncount(wait[W_WHO]) end
  forget_wait(id, wait)
  serve_queue(field, ARGV[1], now)
  return { 'LEFT' }
end
local resource = load_resource(field)
local holder, at = find_holder(resource, tail)
if not holder or holder[EXPIRES] <= now_ms then return { 'GONE' } end
if not is_of(holder[WHO], principal) then return { 'FOREIGN' } end
local lock = describe(field, resource, holder)
local is_kept = ARGV[4] == '1' or (ARGV[4] == '2' and holder[COLLECTED] == 1)
if is_kept then
  collect(holder, holder[TTL], now_ms)
  lock = describe(field, resource, holder)
else
  remove_holder(resource, at)
  grant_next(field, resource, ARGV[1], now)
end
save_resource(field, resource)
return { is_kept and 'GRANTED' or 'RELEASED', now_ms, lock }
