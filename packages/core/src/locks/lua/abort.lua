-- Ends a deadlock's victim in one partition: its waits, and its locks of the given ids, which go to the next. It was
-- waiting, so it was not writing: no lock delay. With a request, only where that one still waits.
-- With an entry of the history, that is kept until it is recorded, whatever becomes of its process.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 owner, 3 detail (for those who ask), 4 request (that must still wait, or empty), 5 entry (or
--      empty), then ids (of locks)
-- ->   {OK, now_ms, lock...}  those that were released; {STALE} {LOST_EPOCH}
-- @include time sentinel packing holders waits handoff

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local owner = ARGV[2]
local now = now_us()
local now_ms = math.floor(now / 1000)
if ARGV[4] ~= '' then
  local wait = load_wait(ARGV[4])
  if not wait or wait[1] == ENDED then return { 'STALE' } end
end
for _, id in ipairs(ids_waited_for(owner)) do
  local wait = load_wait(id)
  if wait and wait[1] ~= ENDED then
    end_wait(id, wait, 'DEADLOCK', ARGV[3], now_ms)
    serve_queue(string.sub(id, 1, FIELD_LENGTH), ARGV[1], now)
  end
end
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[4], 'x' .. ARGV[3], ARGV[5])
  redis.call('ZADD', KEYS[2], now_ms + UNRECORDED_MS, 'x' .. ARGV[3])
end
local answer = { 'OK', now_ms }
for at = 6, #ARGV do
  local field, tail = string.sub(ARGV[at], 1, FIELD_LENGTH), string.sub(ARGV[at], FIELD_LENGTH + 1)
  local resource = load_resource(field)
  local holder, place = find_holder(resource, tail)
  if holder and is_of(holder[WHO], owner) then
    answer[#answer + 1] = describe(field, resource, holder)
    remove_holder(resource, place)
    grant_next(field, resource, ARGV[1], now)
    save_resource(field, resource)
  end
end
return answer
