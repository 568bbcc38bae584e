-- One step through all locks of a partition. A lock that is there during the whole walk is seen.
-- KEYS 1 resources (hash), 2 locks (hash), 3 expiries (sorted set)
-- ARGV 1 cursor (0 to begin), 2 about how many
-- ->   {OK, next_cursor (0: the end), total, lock...}
-- @include time records

local now_ms = math.floor(now_us() / 1000)
local step = redis.call('HSCAN', KEYS[2], ARGV[1], 'COUNT', ARGV[2])
local answer = { 'OK', step[1], redis.call('ZCARD', KEYS[3]) }
for at = 1, #step[2], 2 do
  local expires_ms = tonumber(redis.call('ZSCORE', KEYS[3], step[2][at]) or 0)
  if expires_ms > now_ms then
    answer[#answer + 1] = describe(step[2][at], cmsgpack.unpack(step[2][at + 1]), expires_ms)
  end
end
return answer
