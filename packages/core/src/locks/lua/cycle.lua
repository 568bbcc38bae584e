-- Looks whether who an owner waits for, and who those wait for, comes back to the owner: within one partition and at one
-- moment, so that what is found is so. Breadth first over holders; who only stands before others waits for the same ones.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, 2 owner, 3 depth_limit, 4 owner_limit, 5 shown (so many of each queue, next to who was met there)
-- ->   {OK, contended...} as waiting.lua: every key that was waited for on the way; none where nothing comes back
--      {LOST_EPOCH}
-- @include time packing holders waits waiters contended

if redis.call('HGET', KEYS[1], '@') ~= ARGV[1] then return { 'LOST_EPOCH' } end
local start, owner_limit, shown = ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5])
local owners, count = { [start] = true }, 1
-- Of each key those of its requests that were met, and the keys in the order of meeting.
local met, fields = {}, {}
local comes_back = false

local function meet_holders(field, following)
  local resource = load_resource(field)
  for at = FIRST, resource and #resource or 0 do
    local owner = owner_of(resource[at][WHO])
    if owner == start then comes_back = true end
    if not owners[owner] and count < owner_limit then
      owners[owner] = true
      count = count + 1
      following[#following + 1] = owner
    end
  end
end

local frontier = { start }
for _ = 1, tonumber(ARGV[3]) do
  local following = {}
  for _, owner in ipairs(frontier) do
    for _, id in ipairs(ids_waited_for(owner)) do
      local field = string.sub(id, 1, FIELD_LENGTH)
      if not met[field] then
        met[field] = {}
        fields[#fields + 1] = field
        meet_holders(field, following)
      end
      table.insert(met[field], id)
    end
  end
  if #following == 0 then break end
  frontier = following
end
if not comes_back then return { 'OK' } end

local now_ms = math.floor(now_us() / 1000)
local answer = { 'OK' }
for _, field in ipairs(fields) do
  local entry = describe_contended(field)
  entry[6] = head_of_queue(field, entry.resource, shown, now_ms)
  local is_shown = {}
  for _, waiter in ipairs(entry[6]) do
    is_shown[waiter[1]] = true
  end
  for _, id in ipairs(met[field]) do
    local wait = not is_shown[id] and load_wait(id)
    if wait then
      entry[6][#entry[6] + 1] = describe_waiter(id, wait, entry.resource, position_of(field, wait[MEMBER]), now_ms)
    end
  end
  answer[#answer + 1] = entry
end
return answer
