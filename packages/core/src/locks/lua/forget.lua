-- After an acquire whose answer never came: takes back what that one attempt got. Where it got nothing it may yet
-- run (it lies in a socket), so a mark makes it fail when it does.
-- KEYS 1 resources (hash), 2 locks (hash), 3 expiries (sorted set), 4 marks (sorted set)
-- ARGV 1 resource, 2 attempt, 3 keep_mark_ms
-- ->   {RELEASED, lock, now_ms} {MARKED}
-- @include time records

local resource, attempt = ARGV[1], ARGV[2]
local now_ms = math.floor(now_us() / 1000)
local holders = redis.call('HGET', KEYS[1], resource)
if holders and string.sub(holders, 1, 1) ~= '~' then
  for _, lock in ipairs(read_locks(KEYS[2], KEYS[3], holder_ids(holders))) do
    if lock[2][ATTEMPT] == attempt then
      redis.call('HDEL', KEYS[2], lock[1])
      redis.call('ZREM', KEYS[3], lock[1])
      drop_holder(KEYS[1], resource, lock[1])
      return { 'RELEASED', describe(lock[1], lock[2], lock[3]), digits(now_ms) }
    end
  end
end
redis.call('HSET', KEYS[1], '!' .. attempt, 1)
redis.call('ZADD', KEYS[4], digits(now_ms + tonumber(ARGV[3])), '!' .. attempt)
return { 'MARKED' }
