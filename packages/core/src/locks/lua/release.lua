-- Lets go of a lock and grants it to the next. By force it is taken from its holder, who may still write: the lock
-- delay applies.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 id, 3 principal, 4 force (1 or 0), 5 describe (1 or 0)
-- ->   {RELEASED, now_ms, lock?} {GONE} {FOREIGN} {LOST_EPOCH}
-- @include time sentinel holders

local field, tail = string.sub(ARGV[2], 1, FIELD_LENGTH), string.sub(ARGV[2], FIELD_LENGTH + 1)
local fields = redis.call('HMGET', KEYS[1], '@', field)
if fields[1] ~= ARGV[1] then return { 'LOST_EPOCH' } end
local resource = fields[2] and cmsgpack.unpack(fields[2])
local now = now_us()
local now_ms = math.floor(now / 1000)
local holder, at = find_holder(resource, tail)
-- What has expired is left for the sweep, which starts its delay and tells of it.
if not holder or holder[EXPIRES] <= now_ms then return { 'GONE' } end
if ARGV[4] ~= '1' and not is_of(holder[WHO], ARGV[3] .. '\n') then return { 'FOREIGN' } end

local answer = { 'RELEASED', now_ms }
if ARGV[5] == '1' then answer[3] = describe(field, resource, holder) end
remove_holder(resource, at)
if ARGV[4] == '1' then
  delay_after(resource, holder, now_ms, now_ms)
elseif #resource < FIRST and redis.call('ZLEXCOUNT', KEYS[3], '[' .. field, '(' .. field .. ':') == 0 then
  redis.call('HDEL', KEYS[1], field)
  redis.call('ZREM', KEYS[2], field)
  return answer
end
-- @include waits handoff

local held_ms = now_ms - holder[ACQUIRED]
resource[AVERAGE] = resource[AVERAGE] == 0 and held_ms or math.floor(0.7 * resource[AVERAGE] + 0.3 * held_ms)
grant_next(field, resource, ARGV[1], now)
save_resource(field, resource)
return answer
