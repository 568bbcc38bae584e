-- Who waits stands in the queue (all scores 0, so in the order of its members): field, 100 - priority, number, tail;
-- and as a packed list under its id in the hash of waits. `o` and an owner lists the ids that it waits for. A wait
-- that ended is kept a while as {ENDED, outcome, who, key, detail}, for whoever asks.
local MEMBER, W_KEY, W_MODE, W_WHO, W_CAPACITY, W_TTL, W_HOLD, W_DELAY, W_COUNTED, W_ATTEMPT, CHANNEL, LEASE, DEADLINE,
  SINCE, PRIORITY = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
local ENDED = 0
-- Instead of a channel: it came in from PostgreSQL, and nobody has asked for it here yet.
local UNASKED = '-'
local KEEP_ENDED_MS = 60000
-- A deadlock that was ended (`x` and its id) is in the history by then, or the sweep hands it to somebody else.
local UNRECORDED_MS = 10000
local MAX_HOLDERS = 1000

local function load_wait(id)
  local packed = redis.call('HGET', KEYS[4], id)
  return packed and cmsgpack.unpack(packed)
end

local function save_wait(id, wait)
  redis.call('HSET', KEYS[4], id, cmsgpack.pack(wait))
  redis.call('ZADD', KEYS[2], math.min(wait[LEASE], wait[DEADLINE]), 'w' .. id)
end

-- `principal\nowner\n`: who waits, holds and is deadlocked.
local function owner_of(who)
  return string.match(who, '^[^\n]*\n[^\n]*\n')
end

local function ids_waited_for(owner)
  local list = redis.call('HGET', KEYS[4], 'o' .. owner) or ''
  local ids = {}
  for at = 1, #list, 32 do
    ids[#ids + 1] = string.sub(list, at, at + 31)
  end
  return ids
end

local function forget_wait(id, wait)
  redis.call('ZREM', KEYS[3], wait[MEMBER])
  redis.call('ZREM', KEYS[2], 'w' .. id)
  redis.call('HDEL', KEYS[4], id)
  local owner = owner_of(wait[W_WHO])
  local rest = {}
  for _, other in ipairs(ids_waited_for(owner)) do
    if other ~= id then rest[#rest + 1] = other end
  end
  if #rest > 0 then
    redis.call('HSET', KEYS[4], 'o' .. owner, table.concat(rest))
  else
    redis.call('HDEL', KEYS[4], 'o' .. owner)
  end
end

-- A group's channel is heard by several processes, none of which has asked: whoever acts on it collects the grant.
local function is_of_group(channel)
  return string.find(channel, ':group:', 1, true) ~= nil
end

-- A group's place outlives each of its processes; who came from PostgreSQL asks again in its own time. Both have their
-- turn as long as their place.
local function is_patient(channel)
  return channel == UNASKED or is_of_group(channel)
end

-- Whether somebody listens for it.
local function is_told(channel)
  return channel ~= '' and channel ~= UNASKED
end

-- Answers how many heard. A group is told whose wait it was.
local function tell(channel, message, wait)
  if is_of_group(channel) then message = message .. '\n' .. owner_of(wait[W_WHO]) end
  return redis.call('PUBLISH', channel, message)
end

-- Ends a wait without a grant and tells its process.
local function end_wait(id, wait, outcome, detail, now_ms)
  forget_wait(id, wait)
  if wait[W_COUNTED] == 1 then uncount(wait[W_WHO]) end
  redis.call('HSET', KEYS[4], id, cmsgpack.pack({ ENDED, outcome, wait[W_WHO], wait[W_KEY], detail }))
  redis.call('ZADD', KEYS[2], now_ms + KEEP_ENDED_MS, 'w' .. id)
  if is_told(wait[CHANNEL]) then tell(wait[CHANNEL], 'ended\n' .. id .. '\n' .. outcome .. '\n' .. detail, wait) end
end

-- The queue of one field: a hex field is followed by digits, and ':' comes after them.
local function queue_of(field, limit)
  return redis.call('ZRANGEBYLEX', KEYS[3], '[' .. field, '(' .. field .. ':', 'LIMIT', 0, limit)
end

local function queue_length(field)
  return redis.call('ZLEXCOUNT', KEYS[3], '[' .. field, '(' .. field .. ':')
end

local function position_of(field, member)
  return redis.call('ZLEXCOUNT', KEYS[3], '[' .. field, '[' .. member)
end

local function id_of(member)
  return string.sub(member, 1, FIELD_LENGTH) .. string.sub(member, FIELD_LENGTH + 17)
end

-- Whether one more may hold the resource beside its holders.
local function is_compatible(resource, mode, capacity)
  local count = #resource - FIRST + 1
  if count == 0 then return true end
  if mode ~= resource[MODE] or mode == 'x' then return false end
  return count < (mode == 'c' and capacity or MAX_HOLDERS)
end

-- Milliseconds until so many in front have had their turn, from recent hold times; -1 where nothing is known.
local function estimate(resource, position, now_ms)
  local average = resource[AVERAGE]
  if average == 0 then return -1 end
  local first = resource[FIRST]
  local left = first and math.max(0, average - (now_ms - first[ACQUIRED])) or math.max(0, resource[DELAYED] - now_ms)
  return left + (position - 1) * average
end

-- {QUEUED, id, position, now_ms, lease_until, deadline, estimate_ms, key, mode, who, delayed_until, holder?}
local function standing(id, wait, resource, now_ms)
  local field = string.sub(id, 1, FIELD_LENGTH)
  local position = position_of(field, wait[MEMBER])
  local answer = {
    'QUEUED', id, position, now_ms, wait[LEASE], wait[DEADLINE], resource and estimate(resource, position, now_ms) or -1,
    wait[W_KEY], wait[W_MODE], wait[W_WHO], resource and resource[DELAYED] or 0,
  }
  if resource and resource[FIRST] then answer[12] = describe(field, resource, resource[FIRST]) end
  return answer
end
