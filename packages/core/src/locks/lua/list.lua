-- One step through all locks of a partition. A lock that is there during the whole walk is seen.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 cursor (0 to begin), 3 step (about so many), 4 shown (so many of each queue)
-- ->   {OK, next_cursor (0: the end), fields, {lock, queue_length, waiter...}...}  fields: how many keys in all
--      {LOST_EPOCH}
-- @include time packing holders waits waiters

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local now_ms = math.floor(now_us() / 1000)
local shown = tonumber(ARGV[4])
local step = redis.call('HSCAN', KEYS[1], ARGV[2], 'COUNT', ARGV[3])
local answer = { 'OK', step[1], redis.call('HLEN', KEYS[1]) }
for at = 1, #step[2], 2 do
  local field = step[2][at]
  local resource = #field == FIELD_LENGTH
    and unpack_resource(field, step[2][at + 1])
  for place = FIRST, resource and #resource or 0 do
    local holder = resource[place]
    if holder[EXPIRES] > now_ms then
      local entry = { describe(field, resource, holder), shown > 0 and queue_length(field) or 0 }
      if entry[2] > 0 then
        for _, waiter in ipairs(head_of_queue(field, resource, shown, now_ms)) do
          entry[#entry + 1] = waiter
        end
      end
      answer[#answer + 1] = entry
    end
  end
end
return answer
