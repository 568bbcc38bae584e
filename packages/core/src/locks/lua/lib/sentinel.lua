-- The sentinel is the field '@' of a partition's resources: `epoch:state:run_id:floor:grace_us`. Whoever was told
-- another one acts for an epoch that is over, or Redis forgot: both are LOST_EPOCH, and the service finds out which.
local function floor_and_grace(sentinel)
  local floor, grace_us = string.match(sentinel, ':(%d+):(%d+)$')
  return tonumber(floor), tonumber(grace_us)
end
