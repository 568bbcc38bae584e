-- Where an owner stands in the queues of a partition. Reading keeps no place.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 owner
-- ->   {OK, standing...} as standing in lib/waits.lua; {LOST_EPOCH}
-- @include time packing holders waits

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local answer = { 'OK' }
for _, id in ipairs(ids_waited_for(ARGV[2])) do
  local wait = load_wait(id)
  if wait and wait[1] ~= ENDED then
    local resource = load_resource(string.sub(id, 1, FIELD_LENGTH))
    answer[#answer + 1] = standing(id, wait, resource, math.floor(now_us() / 1000))
  end
end
return answer
