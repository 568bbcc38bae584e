-- Reads one lock by its id, with the head of its queue.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 id, 3 shown (so many of its queue)
-- ->   {OK, lock, queue_length, waiter...} as lib/waiters.lua describes them; {GONE} {LOST_EPOCH}
-- @include time packing holders waits waiters

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local field = string.sub(ARGV[2], 1, FIELD_LENGTH)
local resource = load_resource(field)
local holder = find_holder(resource, string.sub(ARGV[2], FIELD_LENGTH + 1))
local now_ms = math.floor(now_us() / 1000)
if not holder or holder[EXPIRES] <= now_ms then return { 'GONE' } end
local answer = { 'OK', describe(field, resource, holder), queue_length(field) }
for _, waiter in ipairs(head_of_queue(field, resource, tonumber(ARGV[3]), now_ms)) do
  answer[#answer + 1] = waiter
end
return answer
