-- One step through all locks of a partition, for those that some owners hold.
-- KEYS 1 resources (hash), 2 due (sorted set)
-- ARGV 1 sentinel, 2 cursor (0 to begin), 3 step (about so many), then owners
-- ->   {OK, next_cursor (0: the end), lock...} {LOST_EPOCH}
-- @include time packing holders

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local now_ms = math.floor(now_us() / 1000)
local step = redis.call('HSCAN', KEYS[1], ARGV[2], 'COUNT', ARGV[3])
local answer = { 'OK', step[1] }

-- Searching the packed text costs a tenth of unpacking it.
local function names_one_of(packed)
  for at = 4, #ARGV do
    if string.find(packed, ARGV[at], 1, true) then return true end
  end
  return false
end

local function is_wanted(holder)
  for at = 4, #ARGV do
    if is_of(holder[WHO], ARGV[at]) then return holder[EXPIRES] > now_ms end
  end
  return false
end

for at = 1, #step[2], 2 do
  local field, packed = step[2][at], step[2][at + 1]
  if #field == FIELD_LENGTH and names_one_of(packed) then
    local resource = unpack_resource(field, packed)
    for place = FIRST, #resource do
      if is_wanted(resource[place]) then answer[#answer + 1] = describe(field, resource, resource[place]) end
    end
  end
end
return answer
