-- A lock is a packed list under its id. The field of its resource lists the ids of its holders behind one letter:
-- x exclusive, s shared, c counted; `~until_ms` instead is a lock delay.
local KEY, MODE, PRINCIPAL, OWNER, AGENT, PURPOSE, REQUEST, ATTEMPT, TOKEN, ACQUIRED, HOLD_UNTIL, DELAY =
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
local ID_LENGTH = 36

local function describe(id, record, expires_ms)
  return {
    id, record[KEY], record[MODE], record[PRINCIPAL], record[OWNER], record[AGENT], record[PURPOSE],
    digits(record[TOKEN]), digits(record[ACQUIRED]), digits(expires_ms), digits(record[HOLD_UNTIL]),
  }
end

local function holder_ids(holders)
  local ids = {}
  for at = 2, #holders, ID_LENGTH do
    ids[#ids + 1] = string.sub(holders, at, at + ID_LENGTH - 1)
  end
  return ids
end

-- Every id of the list as {id, record, expires_ms}; what lacks one of them is left out as never been.
-- Reads in slices: unpack() has a limit of some thousand values.
local function read_locks(locks_key, expiries_key, ids)
  local found = {}
  for from = 1, #ids, 1000 do
    local slice = {}
    for at = from, math.min(from + 999, #ids) do
      slice[#slice + 1] = ids[at]
    end
    local records = redis.call('HMGET', locks_key, unpack(slice))
    local expiries = redis.call('ZMSCORE', expiries_key, unpack(slice))
    for at, id in ipairs(slice) do
      if records[at] and expiries[at] then
        found[#found + 1] = { id, cmsgpack.unpack(records[at]), tonumber(expiries[at]) }
      end
    end
  end
  return found
end

-- Takes one id out of its resource's list; the field goes with its last holder, or becomes `instead`.
local function drop_holder(resources_key, resource, id, instead)
  local holders = redis.call('HGET', resources_key, resource)
  if not holders or string.sub(holders, 1, 1) == '~' then return end
  local from, to = string.find(holders, id, 2, true)
  if not from then return end
  local rest = string.sub(holders, 1, from - 1) .. string.sub(holders, to + 1)
  if #rest > 1 then
    redis.call('HSET', resources_key, resource, rest)
  elseif instead then
    redis.call('HSET', resources_key, resource, instead)
  else
    redis.call('HDEL', resources_key, resource)
  end
end
