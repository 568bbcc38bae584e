-- What is known of a locked resource is one packed list under its field: its key, its mode (x exclusive, s shared,
-- c counted, ~ nobody), until when nobody gets it, the average of its recent hold times, then its holders.
local KEY, MODE, DELAYED, AVERAGE, FIRST = 1, 2, 3, 4, 5
-- A holder. WHO is `principal\nowner\nagent\npurpose`; TAIL the lock's id without the resource's field in front.
-- ATTEMPT is the acquire that was answered last, empty where it is TAIL; COUNTED 1 counts against a quota; COLLECTED 0
-- was granted to a waiter that has not heard of it yet; UPGRADE is the request that made it exclusive.
local TAIL, WHO, TOKEN, ACQUIRED, EXPIRES, TTL, HOLD, DELAY, COLLECTED, COUNTED, ATTEMPT, UPGRADE =
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
local FIELD_LENGTH = 12

-- The expiry of an exclusive lock is what `due` says under a name that belongs to this one lock: who beats it proves by
-- the name that it is the same, and nothing else is read. Of others `due` says under the field when the first is due.
local PROOF_LENGTH = 18
local function own_name(field, tail)
  return field .. string.sub(tail, -PROOF_LENGTH)
end

-- Packed shorter: most keys are of resources, and a token is the time of its grant in microseconds, or nearly.
local function shorten(key)
  return string.sub(key, 1, 9) == 'resource:' and string.sub(key, 9) or key
end
local function since_token(token, acquired)
  return math.floor(token / 1000) - acquired
end
