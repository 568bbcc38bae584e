-- Does what has become due: clears expired locks (their delay begins), ends delays, waits and marks, grants what
-- became free.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 limit
-- ->   {OK, done, entries, lock...}  the expired, and the entries of deadlocks that nobody has recorded yet; `done` as
--      many as `limit`: there may be more
--      {LOST_EPOCH}
-- @include time sentinel packing holders waits handoff

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local now = now_us()
local now_ms = math.floor(now / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now_ms, 'LIMIT', 0, ARGV[2])
local entries = {}
local answer = { 'OK', #due, entries }

local function sweep_resource(name)
  local field = string.sub(name, 1, FIELD_LENGTH)
  local resource = load_resource(field)
  -- Of a lock that is no more, though nobody took it out.
  if not resource or due_names[field] ~= name then
    redis.call('ZREM', KEYS[2], name)
    if not resource then serve_queue(field, ARGV[1], now) end
    return
  end
  for _, holder in ipairs(drop_expired(resource, now_ms)) do
    answer[#answer + 1] = describe(field, resource, holder)
  end
  grant_next(field, resource, ARGV[1], now)
  save_resource(field, resource)
end

local function sweep_wait(id)
  local wait = load_wait(id)
  if not wait or wait[1] == ENDED then
    -- Ended in this very sweep, with another of its queue: how, is kept for a while.
    local forget_ms = redis.call('ZSCORE', KEYS[2], 'w' .. id)
    if forget_ms and tonumber(forget_ms) > now_ms then return end
    redis.call('HDEL', KEYS[4], id)
    redis.call('ZREM', KEYS[2], 'w' .. id)
    return
  end
  end_wait(id, wait, wait[DEADLINE] <= now_ms and 'TIMEOUT' or 'LEFT', '', now_ms)
  serve_queue(string.sub(id, 1, FIELD_LENGTH), ARGV[1], now)
end

for _, what in ipairs(due) do
  local letter = string.sub(what, 1, 1)
  if letter == 'w' then
    sweep_wait(string.sub(what, 2))
  elseif letter == 'r' then
    redis.call('HDEL', KEYS[4], what)
    redis.call('ZREM', KEYS[2], what)
  elseif letter == 'x' then
    entries[#entries + 1] = redis.call('HGET', KEYS[4], what)
    redis.call('ZADD', KEYS[2], now_ms + UNRECORDED_MS, what)
  elseif letter == '!' then
    if redis.call('HDEL', KEYS[1], what) == 1 and redis.call('HINCRBY', KEYS[1], '!', -1) <= 0 then
      redis.call('HDEL', KEYS[1], '!')
    end
    redis.call('ZREM', KEYS[2], what)
  else
    sweep_resource(what)
  end
end
return answer
