-- One step through everybody who waits in a partition, in the order of the queues, with those they wait for.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 after (a member; empty to begin), 3 limit
-- ->   {OK, last_member (empty: the end), {key, mode, delayed_until, queue_length, {lock...}, {waiter...}}...}
--      {LOST_EPOCH}
-- @include time packing holders waits waiters contended

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local now_ms = math.floor(now_us() / 1000)
local limit = tonumber(ARGV[3])
local members = redis.call('ZRANGEBYLEX', KEYS[3], ARGV[2] == '' and '-' or '(' .. ARGV[2], '+', 'LIMIT', 0, limit)
local answer = { 'OK', #members == limit and members[limit] or '' }
local current, entry
for _, member in ipairs(members) do
  local field = string.sub(member, 1, FIELD_LENGTH)
  if field ~= current then
    current = field
    entry = describe_contended(field)
    answer[#answer + 1] = entry
  end
  local id = id_of(member)
  local wait = load_wait(id)
  if wait then
    local position = #entry[6] + 1
    if position == 1 then position = position_of(field, member) else position = entry[6][1][6] + #entry[6] end
    entry[6][#entry[6] + 1] = describe_waiter(id, wait, entry.resource, position, now_ms)
  end
end
return answer
