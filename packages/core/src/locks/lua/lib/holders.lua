-- What is known of a locked resource is one packed list under its field: its key, its mode (x exclusive, s shared,
-- c counted, ~ nobody), until when nobody gets it, the average of its recent hold times, then its holders. In front of
-- the list stand 14 characters: of a resource with one holder when that must let go at the latest (ms) and a 1, so that
-- a heartbeat need not unpack it, and its expiry is what `due` says; of others a *, and each holder's expiry is its own.
local KEY, MODE, DELAYED, AVERAGE, FIRST = 1, 2, 3, 4, 5
-- A holder. WHO is `principal\nowner\nagent\npurpose`; TAIL the lock's id without the resource's field in front.
-- ATTEMPT is the acquire that was answered last, empty where it is TAIL; COUNTED 1 counts against a quota; COLLECTED 0
-- was granted to a waiter that has not heard of it yet; UPGRADE is the request that made it exclusive.
local TAIL, WHO, TOKEN, ACQUIRED, EXPIRES, TTL, HOLD, DELAY, COLLECTED, COUNTED, ATTEMPT, UPGRADE =
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
local FIELD_LENGTH = 12

local function is_of(who, prefix)
  return string.sub(who, 1, #prefix) == prefix
end

local MANY = '             *'

-- Where `due` has lost it, what stands in the list is the last that is known.
local function unpack_resource(packed, due)
  local resource = cmsgpack.unpack(string.sub(packed, 15))
  if due and string.byte(packed, 14) == 49 then resource[FIRST][EXPIRES] = tonumber(due) end
  return resource
end

local function load_resource(field)
  local packed = redis.call('HGET', KEYS[1], field)
  return packed and unpack_resource(packed, redis.call('ZSCORE', KEYS[2], field))
end

-- Writes a resource back under its earliest expiry, or drops it where nobody is left and no delay runs.
local function save_resource(field, resource)
  local due = resource[DELAYED] > 0 and resource[DELAYED] or nil
  for at = FIRST, #resource do
    local expires = resource[at][EXPIRES]
    if not due or expires < due then due = expires end
  end
  if due then
    local one = resource[DELAYED] == 0 and #resource == FIRST and resource[FIRST]
    local head = one and one[COLLECTED] == 1 and one[ACQUIRED] + one[HOLD] .. '1' or MANY
    redis.call('HSET', KEYS[1], field, head .. cmsgpack.pack(resource))
    redis.call('ZADD', KEYS[2], due, field)
  else
    redis.call('HDEL', KEYS[1], field)
    redis.call('ZREM', KEYS[2], field)
  end
end

local function find_holder(resource, tail)
  for at = FIRST, resource and #resource or 0 do
    if resource[at][TAIL] == tail then return resource[at], at end
  end
end

local function describe(field, resource, holder)
  return {
    field .. holder[TAIL], resource[KEY], resource[MODE], holder[WHO], holder[TOKEN], holder[ACQUIRED],
    holder[EXPIRES], holder[ACQUIRED] + holder[HOLD],
  }
end

-- Extends a lease from now, never past the maximum hold; a shorter extension takes no time away.
local function extend(holder, ttl_ms, now_ms)
  holder[EXPIRES] = math.max(holder[EXPIRES], math.min(now_ms + ttl_ms, holder[ACQUIRED] + holder[HOLD]))
end

-- A principal's quota counts what it holds and waits for in this partition, under '$' and its name.
local function uncount(who)
  local counter = '$' .. string.match(who, '^[^\n]*')
  if redis.call('HINCRBY', KEYS[4], counter, -1) <= 0 then redis.call('HDEL', KEYS[4], counter) end
end

local function remove_holder(resource, at)
  local holder = table.remove(resource, at)
  if holder[COUNTED] == 1 then uncount(holder[WHO]) end
  return holder
end

-- Somebody lost an exclusive lock without letting go of it: a late write may still be on its way, so nobody gets
-- the resource for its delay, counted from `from_ms`. A shared or an uncollected lock has no writer.
local function delay_after(resource, holder, from_ms, now_ms)
  local until_ms = from_ms + holder[DELAY]
  if resource[MODE] == 'x' and holder[COLLECTED] == 1 and until_ms > now_ms then
    resource[DELAYED] = math.max(resource[DELAYED], until_ms)
  end
end

-- Takes out the expired; answers them.
local function drop_expired(resource, now_ms)
  local expired = {}
  for at = #resource, FIRST, -1 do
    if resource[at][EXPIRES] <= now_ms then
      local holder = remove_holder(resource, at)
      delay_after(resource, holder, holder[EXPIRES], now_ms)
      table.insert(expired, 1, holder)
    end
  end
  if resource[DELAYED] <= now_ms then resource[DELAYED] = 0 end
  return expired
end
