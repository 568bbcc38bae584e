-- Grants locks, or queues the requests, or says why not. Never grants twice: the same request again gets the same grant.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, then of each request: field, key, mode (x, s, or c and the capacity), who, tail (of the id that the
--      lock will have), attempt (empty: the tail), ttl_ms, max_hold_ms, delay_ms, quota (0: none), waiting (empty, or
--      priority:max_wait_ms:waiter_lease_ms:max_depth:channel; `-` for it: handed on, its caller has yet to ask)
-- ->   {OK, now_ms, result...}  a result is the token of what is granted from now on, or
--      {GRANTED, token, lock...}   the same, with what was found expired
--      {AGAIN, lock}               the same request, or one that was granted meanwhile: the same grant, extended
--      {UPGRADED, lock}            the same id with a new token
--      {ALREADY_HELD, lock}        by this owner, by another request
--      {QUEUED, ...}               see standing in lib/waits.lua
--      {LOCKED, queue_length, lock}          by somebody else: the first of them
--      {DELAYED, queue_length, left_ms}      the last holder was lost and may still write
--      {QUEUE_FULL} {QUOTA} {GRACE, left_ms} {FORGOTTEN}
--      {LOST_EPOCH}
-- @include time sentinel packing

local ARITY = 11
local sentinel = ARGV[1]
-- '!' is there while attempts that were given up may still arrive.
local names = { '@', '#', '!' }
for base = 2, #ARGV, ARITY do
  names[#names + 1] = ARGV[base]
end
local fields = redis.call('HMGET', KEYS[1], unpack(names))
if fields[1] ~= sentinel then return { 'LOST_EPOCH' } end
local floor, grace_us = floor_and_grace(sentinel)
local now = now_us()
local now_ms = math.floor(now / 1000)
local is_grace = now < grace_us
local last, has_marks = tonumber(fields[2] or 0), fields[3]

-- A lock that nobody holds, so that nobody waits for, as nearly always: what is granted is written all at once.
local granted, due, taken = {}, {}, {}
local function grant_free(base)
  last = math.max(last + 1, floor + 1, now)
  local field, tail, attempt = ARGV[base], ARGV[base + 4], ARGV[base + 5]
  local ttl, hold = tonumber(ARGV[base + 6]), tonumber(ARGV[base + 7])
  local expires = now_ms + math.min(ttl, hold)
  local mode = string.sub(ARGV[base + 2], 1, 1)
  local is_exclusive = mode == 'x'
  granted[#granted + 1] = field
  granted[#granted + 1] = cmsgpack.pack({
    shorten(ARGV[base + 1]), mode, 0, 0,
    {
      tail, ARGV[base + 3], last, since_token(last, now_ms), is_exclusive and 0 or expires, ttl, hold,
      tonumber(ARGV[base + 8]), 1, 0, attempt,
    },
  })
  due[#due + 1] = expires
  due[#due + 1] = is_exclusive and own_name(field, tail) or field
  taken[field] = true
  return last
end
local function write_granted()
  if #due == 0 then return end
  granted[#granted + 1] = '#'
  granted[#granted + 1] = last
  redis.call('HSET', KEYS[1], unpack(granted))
  redis.call('ZADD', KEYS[2], unpack(due))
  granted, due = {}, {}
end

local answer, contended = { 'OK', now_ms }, {}
for base = 2, #ARGV, ARITY do
  local at = (base - 2) / ARITY + 1
  local is_free = not fields[3 + at] and not taken[ARGV[base]] and not has_marks
  local is_asked = string.sub(ARGV[base + 10], -2) ~= ':-'
  if is_free and is_asked and not is_grace and ARGV[base + 9] == '0' then
    answer[2 + at] = grant_free(base)
  else
    contended[#contended + 1] = base
  end
end
write_granted()
if #contended == 0 then return answer end
-- @include holders waits handoff

local function acquire(base)
  local field, key, tail = ARGV[base], ARGV[base + 1], ARGV[base + 4]
  local mode, capacity = string.sub(ARGV[base + 2], 1, 1), tonumber(string.sub(ARGV[base + 2], 2))
  local who = ARGV[base + 3]
  local attempt = ARGV[base + 5]
  local ttl, hold, delay = tonumber(ARGV[base + 6]), tonumber(ARGV[base + 7]), tonumber(ARGV[base + 8])
  local quota = tonumber(ARGV[base + 9])
  local priority, max_wait, lease, max_depth, channel = string.match(ARGV[base + 10], '^(%d+):(%d+):(%d+):(%d+):(.*)$')
  local owner = owner_of(who)
  if has_marks and redis.call('HEXISTS', KEYS[1], '!' .. (attempt == '' and tail or attempt)) == 1 then return { 'FORGOTTEN' } end
  if is_grace and not priority then return { 'GRACE', math.ceil((grace_us - now) / 1000) } end

  local counted = 0
  local function exceeds_quota()
    if quota == 0 then return false end
    local counter = '$' .. string.match(who, '^[^\n]*')
    if redis.call('HINCRBY', KEYS[4], counter, 1) > quota then
      redis.call('HINCRBY', KEYS[4], counter, -1)
      return true
    end
    counted = 1
    return false
  end

  local resource = load_resource(field) or nobody(key)
  local result = { 'GRANTED', 0 }
  for _, holder in ipairs(drop_expired(resource, now_ms)) do
    result[#result + 1] = describe(field, resource, holder)
  end
  grant_next(field, resource, sentinel, now)
  if is_grace then resource[DELAYED] = math.max(resource[DELAYED], math.ceil(grace_us / 1000)) end
  local function done(refusal)
    save_resource(field, resource)
    return refusal
  end

  for at = FIRST, #resource do
    local mine = resource[at]
    if is_of(mine[WHO], owner) then
      local is_same = mine[TAIL] == tail or mine[UPGRADE] == tail
      if is_same or (mine[COLLECTED] == 0 and resource[MODE] == mode) then
        -- The earlier attempt may be about to be forgotten; the grant now belongs to this one.
        mine[ATTEMPT] = attempt
        if channel ~= UNASKED then collect(mine, ttl, now_ms) end
        return done({ 'AGAIN', describe(field, resource, mine) })
      end
      if resource[MODE] == 's' and mode == 'x' and #resource == FIRST and queue_length(field) == 0 and not is_grace then
        resource[MODE], mine[TOKEN], mine[DELAY], mine[COLLECTED] = 'x', next_token(floor, now), delay, 1
        mine[ATTEMPT], mine[UPGRADE] = attempt, tail
        extend(mine, ttl, now_ms)
        return done({ 'UPGRADED', describe(field, resource, mine) })
      end
      return done({ 'ALREADY_HELD', describe(field, resource, mine) })
    end
  end

  local waiting = queue_length(field)
  if waiting > 0 then
    for _, id in ipairs(ids_waited_for(owner)) do
      if string.sub(id, 1, FIELD_LENGTH) == field then
        local wait = load_wait(id)
        if priority then
          wait[LEASE] = now_ms + tonumber(lease)
          if channel ~= UNASKED then wait[CHANNEL] = channel end
          save_wait(id, wait)
        end
        return done(standing(id, wait, resource, now_ms))
      end
    end
  end

  -- Behind whoever waits, unless by a higher priority in front of them all.
  local order = string.format('%03d', 100 - tonumber(priority or 50))
  local is_first = waiting == 0 or field .. order < string.sub(queue_of(field, 1)[1], 1, FIELD_LENGTH + 3)
  if is_first and resource[DELAYED] == 0 and is_compatible(resource, mode, capacity) then
    if exceeds_quota() then return done({ 'QUOTA' }) end
    local token = next_token(floor, now)
    local is_asked = channel ~= UNASKED
    local lasts = math.min(is_asked and ttl or math.max(ttl, tonumber(lease)), hold)
    resource[KEY], resource[MODE] = key, mode
    resource[#resource + 1] =
      { tail, who, token, now_ms, now_ms + lasts, ttl, hold, delay, is_asked and 1 or 0, counted, attempt }
    result[2] = token
    return done(#result > 2 and result or token)
  end

  if not priority then
    if resource[FIRST] then return done({ 'LOCKED', waiting, describe(field, resource, resource[FIRST]) }) end
    return done({ 'DELAYED', waiting, resource[DELAYED] - now_ms })
  end
  if waiting >= tonumber(max_depth) then return done({ 'QUEUE_FULL' }) end
  if exceeds_quota() then return done({ 'QUOTA' }) end
  local id = field .. tail
  local number = redis.call('HINCRBY', KEYS[4], '#', 1)
  local wait = {
    field .. order .. string.format('%013d', number) .. tail, key, mode, who, capacity or 0, ttl, hold, delay, counted,
    attempt, channel, now_ms + tonumber(lease), now_ms + tonumber(max_wait), now_ms, tonumber(priority),
  }
  redis.call('ZADD', KEYS[3], 0, wait[MEMBER])
  redis.call('HSET', KEYS[4], 'o' .. owner, (redis.call('HGET', KEYS[4], 'o' .. owner) or '') .. id)
  save_wait(id, wait)
  return done(standing(id, wait, resource, now_ms))
end

for _, base in ipairs(contended) do
  answer[3 + (base - 2) / ARITY] = acquire(base)
end
return answer
