-- Puts a lock back that Redis forgot while its holder lived on. Only within the grace, when nothing new is granted,
-- and only with a token from before the loss. What an old snapshot brought back under an older token gives way: its
-- holder had let go of it, else this one had never been granted.
-- KEYS 1 resources (hash), 2 locks (hash), 3 expiries (sorted set)
-- ARGV 1 sentinel, 2 id, 3 resource, 4 mode, 5 principal, 6 owner, 7 agent, 8 purpose, 9 acquire_id, 10 token,
--      11 acquired_ms, 12 hold_until_ms, 13 delay_ms, 14 ttl_ms
-- ->   {OK, lease_ms, lock} {GONE} {LOST_EPOCH}
-- @include time sentinel records

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local floor, grace_us = floor_and_grace(ARGV[1])
local now = now_us()
local now_ms = math.floor(now / 1000)
local id, resource, mode, token = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[10])
local hold_until = tonumber(ARGV[12])
if now >= grace_us or token > floor or hold_until <= now_ms then return { 'GONE' } end

local others = {}
local holders = redis.call('HGET', KEYS[1], resource)
if holders and string.sub(holders, 1, 1) ~= '~' then
  for _, lock in ipairs(read_locks(KEYS[2], KEYS[3], holder_ids(holders))) do
    local is_together = lock[2][MODE] == mode and mode ~= 'x'
    if lock[1] == id then
      -- Its own older state: written anew below.
    elseif is_together and lock[3] > now_ms then
      others[#others + 1] = lock[1]
    elseif lock[2][TOKEN] > token and lock[3] > now_ms then
      return { 'GONE' }
    else
      redis.call('HDEL', KEYS[2], lock[1])
      redis.call('ZREM', KEYS[3], lock[1])
    end
  end
end

local expires_ms = math.min(now_ms + tonumber(ARGV[14]), hold_until)
local record = {
  resource, mode, ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], id, token, tonumber(ARGV[11]), hold_until,
  tonumber(ARGV[13]),
}
redis.call('HSET', KEYS[1], resource, mode .. table.concat(others) .. id)
redis.call('HSET', KEYS[2], id, cmsgpack.pack(record))
redis.call('ZADD', KEYS[3], digits(expires_ms), id)
return { 'OK', digits(expires_ms - now_ms), describe(id, record, expires_ms) }
