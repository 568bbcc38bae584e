-- Puts a lock back that Redis forgot while its holder lived on. Only within the grace, when nothing new is granted,
-- and only with a token from before the loss. What an old snapshot brought back under an older token gives way: its
-- holder had let go of it, else this one had never been granted.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 field, 3 key, 4 mode, 5 who, 6 tail, 7 attempt, 8 token, 9 acquired_ms, 10 ttl_ms, 11 max_hold_ms,
--      12 delay_ms
-- ->   {OK, lease_ms} {GONE} {LOST_EPOCH}
-- @include time sentinel packing holders

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local floor, grace_us = floor_and_grace(ARGV[1])
local now = now_us()
local now_ms = math.floor(now / 1000)
local field, mode, token, acquired, hold = ARGV[2], ARGV[4], tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[11])
if now >= grace_us or token > floor or acquired + hold <= now_ms then return { 'GONE' } end

local resource = load_resource(field) or { ARGV[3], mode, 0, 0 }
for at = #resource, FIRST, -1 do
  local other = resource[at]
  local is_together = resource[MODE] == mode and mode ~= 'x'
  if other[TAIL] == ARGV[6] or other[EXPIRES] <= now_ms then
    remove_holder(resource, at)
  elseif not is_together then
    if other[TOKEN] > token then return { 'GONE' } end
    remove_holder(resource, at)
  end
end
local holder = {
  ARGV[6], ARGV[5], token, acquired, now_ms, tonumber(ARGV[10]), hold, tonumber(ARGV[12]), 1, 0, ARGV[7],
}
extend(holder, tonumber(ARGV[10]), now_ms)
resource[KEY], resource[MODE] = ARGV[3], mode
resource[#resource + 1] = holder
save_resource(field, resource)
return { 'OK', holder[EXPIRES] - now_ms }
