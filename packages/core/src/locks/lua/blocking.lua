-- What owners wait for in a partition: every such key with its holders and the head of its queue, up to the owner.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 shown (so many of each queue), then owners
-- ->   {OK, contended...} as waiting.lua; {LOST_EPOCH}
-- @include time holders waits waiters contended

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local answer = { 'OK' }
local now_ms, seen
for at = 3, #ARGV do
  for _, id in ipairs(ids_waited_for(ARGV[at])) do
    local field = string.sub(id, 1, FIELD_LENGTH)
    now_ms, seen = now_ms or math.floor(now_us() / 1000), seen or {}
    if not seen[field] then
      seen[field] = true
      local entry = describe_contended(field)
      entry[6] = head_of_queue(field, entry.resource, tonumber(ARGV[2]), now_ms)
      answer[#answer + 1] = entry
    end
  end
end
return answer
