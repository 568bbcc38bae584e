-- A lease that nobody heard of when it was granted is this short: its process is gone, or asks again in time.
local UNHEARD_MS = 5000

-- Tokens only grow, in a partition and so for each resource, and stand above the floor of the epoch.
local function next_token(floor, now)
  local token = math.max(tonumber(redis.call('HGET', KEYS[1], '#') or 0) + 1, floor + 1, now)
  redis.call('HSET', KEYS[1], '#', token)
  return token
end

-- Makes a holder of whoever asked, under a new token, and tells the process that waits where there is one.
local function grant_wait(field, resource, id, wait, token, now_ms)
  forget_wait(id, wait)
  local expires = now_ms + math.min(wait[W_TTL], wait[W_HOLD])
  local channel = wait[CHANNEL]
  local holder = {
    string.sub(id, FIELD_LENGTH + 1), wait[W_WHO], token, now_ms, expires, wait[W_TTL], wait[W_HOLD], wait[W_DELAY],
    channel == '' and 0 or 1, wait[W_COUNTED], wait[W_ATTEMPT],
  }
  resource[KEY], resource[MODE] = wait[W_KEY], wait[W_MODE]
  resource[#resource + 1] = holder
  if channel == '' then return end
  local message = table.concat({ 'granted', id, string.format('%.0f\n%.0f\n%.0f\n%.0f', token, now_ms, expires, now_ms + wait[W_HOLD]) }, '\n')
  if redis.call('PUBLISH', channel, message) == 0 then
    holder[COLLECTED] = 0
    holder[EXPIRES] = math.min(expires, now_ms + UNHEARD_MS)
  end
end

-- Grants to the head of the queue, and on, as long as they go together. In the grace after a loss the resource is
-- delayed instead until its end. Answers whether anything changed; the caller saves the resource.
local function grant_next(field, resource, sentinel, now_us_)
  local now_ms = math.floor(now_us_ / 1000)
  local floor, grace_us = floor_and_grace(sentinel)
  while resource[DELAYED] <= now_ms do
    local member = queue_of(field, 1)[1]
    if not member then break end
    if now_us_ < grace_us then
      resource[DELAYED] = math.ceil(grace_us / 1000)
      break
    end
    local id = id_of(member)
    local wait = load_wait(id)
    if not wait then
      redis.call('ZREM', KEYS[3], member)
    elseif wait[LEASE] <= now_ms or wait[DEADLINE] <= now_ms then
      end_wait(id, wait, wait[DEADLINE] <= now_ms and 'TIMEOUT' or 'LEFT', '', now_ms)
    elseif not is_compatible(resource, wait[W_MODE], wait[W_CAPACITY]) then
      break
    else
      resource[DELAYED] = 0
      grant_wait(field, resource, id, wait, next_token(floor, now_us_), now_ms)
    end
  end
end

-- A resource without a holder, for a queue that must be served.
local function nobody(key)
  return { key, '~', 0, 0 }
end

-- After somebody left a queue: those behind may go together with who holds.
local function serve_queue(field, sentinel, now_us_)
  local resource = load_resource(field)
  if not resource then return end
  grant_next(field, resource, sentinel, now_us_)
  save_resource(field, resource)
end
