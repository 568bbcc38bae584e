-- {key, mode, delayed_until, queue_length, {lock...}, {waiter...}}, the waiters to be filled in; .resource is not sent.
local function describe_contended(field)
  local resource = load_resource(field)
  local entry = { '', '~', 0, queue_length(field), {}, {}, resource = resource }
  if resource then
    entry[1], entry[2], entry[3] = resource[KEY], resource[MODE], resource[DELAYED]
    for at = FIRST, #resource do
      entry[5][#entry[5] + 1] = describe(field, resource, resource[at])
    end
  end
  return entry
end
