-- Lets go of locks and grants each to the next. By force one is taken from its holder, who may still write: the lock
-- delay applies.
-- KEYS 1 resources (hash), 2 due (sorted set), 3 queue (sorted set), 4 waits (hash)
-- ARGV 1 sentinel, then of each lock: id, principal, how (empty; d: describe it; f: by force, and describe it)
-- ->   {OK, now_ms, result...}  a result is RELEASED, GONE or FOREIGN, or {RELEASED, lock} where it is described
--      {LOST_EPOCH}
-- @include time sentinel packing holders

local ARITY = 3
local names, own_names, seen = { '@' }, { '@' }, {}
for base = 2, #ARGV, ARITY do
  names[#names + 1] = string.sub(ARGV[base], 1, FIELD_LENGTH)
  own_names[#own_names + 1] = own_name(names[#names], ARGV[base])
end
local fields = redis.call('HMGET', KEYS[1], unpack(names))
local dues = redis.call('ZMSCORE', KEYS[2], unpack(own_names))
if fields[1] ~= ARGV[1] then return { 'LOST_EPOCH' } end
local now = now_us()
local now_ms = math.floor(now / 1000)
local answer, contended, freed, freed_names = { 'OK', now_ms }, {}, {}, {}

-- Takes the holder out, or answers why not. What has expired is left for the sweep, which starts its delay.
local function take_out(base, field, resource)
  local holder, at = find_holder(resource, string.sub(ARGV[base], FIELD_LENGTH + 1))
  if not holder or holder[EXPIRES] <= now_ms then return 'GONE' end
  local how = ARGV[base + 2]
  if how ~= 'f' and not is_of(holder[WHO], ARGV[base + 1] .. '\n') then return 'FOREIGN' end
  local result = how == '' and 'RELEASED' or { 'RELEASED', describe(field, resource, holder) }
  return result, remove_holder(resource, at)
end

for base = 2, #ARGV, ARITY do
  local at = (base - 2) / ARITY + 1
  local field = names[1 + at]
  local resource = fields[1 + at] and unpack_resource(field, fields[1 + at], dues[1 + at])
  -- Of one holder whom nobody waits for, as nearly always; all that is freed so is written at once.
  local is_simple = resource and #resource == FIRST and ARGV[base + 2] ~= 'f' and not seen[field]
    and redis.call('ZLEXCOUNT', KEYS[3], '[' .. field, '(' .. field .. ':') == 0
  seen[field] = true
  if not resource or is_simple then
    local result, holder = take_out(base, field, resource)
    answer[2 + at] = result
    if holder then
      freed[#freed + 1] = field
      freed_names[#freed_names + 1] = due_names[field]
    end
  else
    contended[#contended + 1] = base
  end
end
if #freed > 0 then
  redis.call('HDEL', KEYS[1], unpack(freed))
  redis.call('ZREM', KEYS[2], unpack(freed_names))
end
if #contended == 0 then return answer end
-- @include waits handoff

for _, base in ipairs(contended) do
  local field = string.sub(ARGV[base], 1, FIELD_LENGTH)
  local resource = load_resource(field)
  local result, holder = take_out(base, field, resource)
  answer[3 + (base - 2) / ARITY] = result
  if holder then
    if ARGV[base + 2] == 'f' then
      delay_after(resource, holder, now_ms, now_ms)
    else
      local held_ms = now_ms - holder[ACQUIRED]
      local average = resource[AVERAGE]
      resource[AVERAGE] = average == 0 and held_ms or math.floor(0.7 * average + 0.3 * held_ms)
    end
    grant_next(field, resource, ARGV[1], now)
    save_resource(field, resource)
  end
end
return answer
