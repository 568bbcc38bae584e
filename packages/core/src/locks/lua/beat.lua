-- Extends exclusive locks whose holder the caller knows, all by the same time: their names in `due` are the proof that
-- they are still the ones, so nothing of them is read but that they are there. Where one is gone, expired or would be
-- held for too long, or others must be heard first, none may count as extended: heartbeat.lua looks at each.
-- KEYS 1 resources (hash), 2 due (sorted set)
-- ARGV 1 sentinel, 2 ttl_ms, 3 hold_until_ms (the earliest of them), then names (see own_name in lib/packing.lua)
-- ->   {OK, lease_ms} {LOOK} {LOST_EPOCH}
-- @include time sentinel packing

local MANY_DUE = 100
if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local _, grace_us = floor_and_grace(ARGV[1])
local now = now_us()
local now_ms = math.floor(now / 1000)
local expires = now_ms + tonumber(ARGV[2])
if now < grace_us or expires > tonumber(ARGV[3]) then return { 'LOOK' } end

-- What has expired is there until the sweep: mostly nothing.
local is_due, due = {}, redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now_ms, 'LIMIT', 0, MANY_DUE)
if #due == MANY_DUE then return { 'LOOK' } end
for _, name in ipairs(due) do
  is_due[name] = true
end

-- As text once: Redis writes every number that it is given anew, which costs more than all the rest.
local score, changes = string.format('%.0f', expires), {}
for at = 4, #ARGV do
  if is_due[ARGV[at]] or redis.call('HEXISTS', KEYS[1], string.sub(ARGV[at], 1, FIELD_LENGTH)) == 0 then
    return { 'LOOK' }
  end
  changes[#changes + 1] = score
  changes[#changes + 1] = ARGV[at]
end
if redis.call('ZADD', KEYS[2], 'XX', 'GT', 'CH', unpack(changes)) < #ARGV - 3 then return { 'LOOK' } end
return { 'OK', tonumber(ARGV[2]) }
