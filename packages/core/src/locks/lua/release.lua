-- Lets go of a lock. By force it is taken from its holder, who may still write: the lock delay applies.
-- KEYS 1 resources (hash), 2 locks (hash), 3 expiries (sorted set), 4 marks (sorted set)
-- ARGV 1 id, 2 principal, 3 force (1 or 0)
-- ->   {RELEASED, lock, now_ms} {GONE} {FOREIGN}
-- @include time records removal

local id = ARGV[1]
local packed = redis.call('HGET', KEYS[2], id)
local expires_ms = tonumber(redis.call('ZSCORE', KEYS[3], id) or 0)
local now_ms = math.floor(now_us() / 1000)
-- What has expired is left for the sweep, which starts its delay and tells of it.
if not packed or expires_ms <= now_ms then return { 'GONE' } end
local record = cmsgpack.unpack(packed)
if ARGV[3] == '1' then
  remove_abnormally(id, record, now_ms, now_ms)
elseif record[PRINCIPAL] ~= ARGV[2] then
  return { 'FOREIGN' }
else
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  drop_holder(KEYS[1], record[KEY], id)
end
return { 'RELEASED', describe(id, record, expires_ms), digits(now_ms) }
