-- Clears what has expired: locks (their delay begins), then marks of delays and of forgotten attempts.
-- KEYS 1 resources (hash), 2 locks (hash), 3 expiries (sorted set), 4 marks (sorted set)
-- ARGV 1 sentinel, 2 limit
-- ->   {OK, lock...}  as many as `limit`: there may be more
--      {LOST_EPOCH}
-- @include time records removal

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local now_ms = math.floor(now_us() / 1000)
local answer = { 'OK' }
local due = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', digits(now_ms), 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for at = 1, #due, 2 do
  local id, expires_ms = due[at], tonumber(due[at + 1])
  local packed = redis.call('HGET', KEYS[2], id)
  if packed then
    local record = cmsgpack.unpack(packed)
    remove_abnormally(id, record, expires_ms, now_ms)
    answer[#answer + 1] = describe(id, record, expires_ms)
  else
    redis.call('ZREM', KEYS[3], id)
  end
end
for _, mark in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', digits(now_ms), 'LIMIT', 0, ARGV[2])) do
  if string.sub(mark, 1, 1) == '!' then
    redis.call('HDEL', KEYS[1], mark)
  else
    local resource = string.sub(mark, 2)
    local value = redis.call('HGET', KEYS[1], resource)
    if value and string.sub(value, 1, 1) == '~' then redis.call('HDEL', KEYS[1], resource) end
  end
  redis.call('ZREM', KEYS[4], mark)
end
return answer
