-- Redis TIME, the one clock of locks. Doubles hold microseconds exactly (below 2^53).
local function now_us()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end
