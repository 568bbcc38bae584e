-- Redis TIME, the one clock of locks. Doubles hold microseconds exactly (below 2^53).
local function now_us()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Lua prints large numbers as 1.7e+15; results and fields want every digit.
local function digits(number)
  return string.format('%.0f', number)
end
