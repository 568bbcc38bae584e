-- {id, mode, who, priority, since_ms, position, estimate_ms}
local function describe_waiter(id, wait, resource, position, now_ms)
  return {
    id, wait[W_MODE], wait[W_WHO], wait[PRIORITY], wait[SINCE], position,
    resource and estimate(resource, position, now_ms) or -1,
  }
end

local function head_of_queue(field, resource, limit, now_ms)
  local waiters = {}
  for position, member in ipairs(queue_of(field, limit)) do
    local id = id_of(member)
    local wait = load_wait(id)
    if wait then waiters[#waiters + 1] = describe_waiter(id, wait, resource, position, now_ms) end
  end
  return waiters
end
