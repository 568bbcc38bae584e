local function is_of(who, prefix)
  return string.sub(who, 1, #prefix) == prefix
end

local function is_sole(resource)
  return resource[MODE] == 'x' and resource[DELAYED] == 0 and resource[FIRST] ~= nil
end

-- Under which name each resource that was read stands in `due`.
local due_names = {}

-- Where `due` has lost it, it ends as if it had never been extended.
local function unpack_resource(field, packed, due)
  local resource = cmsgpack.unpack(packed)
  if string.byte(resource[KEY]) == 58 then resource[KEY] = 'resource' .. resource[KEY] end
  for at = FIRST, #resource do
    local holder = resource[at]
    holder[ACQUIRED] = since_token(holder[TOKEN], holder[ACQUIRED])
  end
  due_names[field] = field
  if is_sole(resource) then
    local holder = resource[FIRST]
    due_names[field] = own_name(field, holder[TAIL])
    due = due or redis.call('ZSCORE', KEYS[2], due_names[field])
    holder[EXPIRES] = due and tonumber(due) or holder[ACQUIRED] + math.min(holder[TTL], holder[HOLD])
  end
  return resource
end

local function load_resource(field)
  local packed = redis.call('HGET', KEYS[1], field)
  return packed and unpack_resource(field, packed)
end

local function pack_resource(resource)
  local sole = is_sole(resource)
  local packed = { shorten(resource[KEY]), resource[MODE], resource[DELAYED], resource[AVERAGE] }
  for at = FIRST, #resource do
    local holder = { unpack(resource[at]) }
    holder[ACQUIRED] = since_token(holder[TOKEN], holder[ACQUIRED])
    if sole then holder[EXPIRES] = 0 end
    packed[at] = holder
  end
  return cmsgpack.pack(packed)
end

-- Writes a resource back under its earliest expiry, or drops it where nobody is left and no delay runs.
local function save_resource(field, resource)
  local due = resource[DELAYED] > 0 and resource[DELAYED] or nil
  for at = FIRST, #resource do
    local expires = resource[at][EXPIRES]
    if not due or expires < due then due = expires end
  end
  local before = due_names[field]
  due_names[field] = due and (is_sole(resource) and own_name(field, resource[FIRST][TAIL]) or field) or nil
  if before and before ~= due_names[field] then redis.call('ZREM', KEYS[2], before) end
  if due then
    redis.call('HSET', KEYS[1], field, pack_resource(resource))
    redis.call('ZADD', KEYS[2], due, due_names[field])
  else
    redis.call('HDEL', KEYS[1], field)
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

-- Whoever was granted it in the queue is there now: from here on it lives by its own lease.
local function collect(holder, ttl_ms, now_ms)
  if holder[COLLECTED] == 0 then holder[EXPIRES] = now_ms end
  holder[COLLECTED] = 1
  extend(holder, ttl_ms, now_ms)
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
