-- Removes a lock whose holder did not let go of it. Until its delay has passed, counted from `from_ms`, nobody gets
-- the resource: a late write of the old holder may still be on its way.
local function remove_abnormally(id, record, from_ms, now_ms)
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  local until_ms = from_ms + record[DELAY]
  if record[DELAY] > 0 and until_ms > now_ms then
    local mark = '~' .. digits(until_ms)
    drop_holder(KEYS[1], record[KEY], id, mark)
    redis.call('ZADD', KEYS[4], until_ms, '~' .. record[KEY])
  else
    drop_holder(KEYS[1], record[KEY], id)
  end
end
