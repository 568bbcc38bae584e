-- A lease that nobody heard of when it was granted is this short: its process is gone, or asks again in time.
local UNHEARD_MS = 5000
-- So many waiters whose process hears nothing are passed over at once.
local MAX_PASSED = 100

-- Tokens only grow, in a partition and so for each resource, and stand above the floor of the epoch.
local function next_token(floor, now)
  local token = math.max(tonumber(redis.call('HGET', KEYS[1], '#') or 0) + 1, floor + 1, now)
  redis.call('HSET', KEYS[1], '#', token)
  return token
end

-- Makes a holder of whoever asked, under a token that its process may have been told.
local function grant_wait(field, resource, id, wait, token, now_ms, is_heard)
  forget_wait(id, wait)
  local lease = math.min(wait[W_TTL], wait[W_HOLD])
  local is_collected = is_heard and is_told(wait[CHANNEL]) and not is_of_group(wait[CHANNEL])
  local expires = now_ms + (is_heard and lease or math.min(lease, UNHEARD_MS))
  if is_patient(wait[CHANNEL]) then expires = math.max(expires, math.min(wait[LEASE], now_ms + wait[W_HOLD])) end
  resource[KEY], resource[MODE] = wait[W_KEY], wait[W_MODE]
  resource[#resource + 1] = {
    string.sub(id, FIELD_LENGTH + 1), wait[W_WHO], token, now_ms, expires,
    wait[W_TTL], wait[W_HOLD], wait[W_DELAY], is_collected and 1 or 0, wait[W_COUNTED], wait[W_ATTEMPT],
  }
end

-- Tells the process that waits of its grant; answers whether anybody heard. Who is not connected asks by itself. In a
-- cluster a message goes on to the other servers, and how many hear it there nobody knows.
local function tell_grant(id, wait, token, now_ms)
  local channel = wait[CHANNEL]
  if not is_told(channel) then return true end
  local message = table.concat({
    'granted', id,
    string.format('%.0f\n%.0f\n%.0f\n%.0f', token, now_ms, now_ms + math.min(wait[W_TTL], wait[W_HOLD]), now_ms + wait[W_HOLD]),
  }, '\n')
  return tell(channel, message, wait) > 0 or string.sub(channel, 1, 13) == 'lock:cluster:'
end

-- Grants to the head of the queue, and on, as long as they go together. Whoever hears nothing is passed over and keeps
-- its place: its process is gone, or its connection is on its way back. In the grace after a loss the resource is
-- delayed instead until its end. The caller saves the resource.
local function grant_next(field, resource, sentinel, now_us_)
  local now_ms = math.floor(now_us_ / 1000)
  local floor, grace_us = floor_and_grace(sentinel)
  local passed, deaf, deaf_wait = 0
  while resource[DELAYED] <= now_ms and passed < MAX_PASSED do
    local member = queue_of(field, passed + 1)[passed + 1]
    if not member then break end
    if now_us_ < grace_us then
      resource[DELAYED] = math.ceil(grace_us / 1000)
      return
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
      local token = next_token(floor, now_us_)
      if tell_grant(id, wait, token, now_ms) then
        resource[DELAYED] = 0
        grant_wait(field, resource, id, wait, token, now_ms, true)
      else
        passed = passed + 1
        if not deaf then deaf, deaf_wait = id, wait end
      end
    end
  end
  -- Nobody who hears is there: the first who does not may yet ask.
  if deaf and #resource < FIRST and resource[DELAYED] <= now_ms then
    resource[DELAYED] = 0
    grant_wait(field, resource, deaf, deaf_wait, next_token(floor, now_us_), now_ms, false)
  end
end

-- A resource without a holder, for a queue that must be served.
local function nobody(key)
  return { key, '~', 0, 0 }
end

-- After somebody left a queue: those behind may go together with who holds. Who waits where there is nothing to wait
-- for (the resource's row was deleted by hand) has the turn now: nothing that is due would ever give it.
local function serve_queue(field, sentinel, now_us_)
  local resource = load_resource(field)
  if not resource then
    local member = queue_of(field, 1)[1]
    local wait = member and load_wait(id_of(member))
    if not wait then return end
    resource = nobody(wait[W_KEY])
  end
  grant_next(field, resource, sentinel, now_us_)
  save_resource(field, resource)
end
