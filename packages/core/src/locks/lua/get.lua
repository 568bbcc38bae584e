-- Reads one lock by its id.
-- KEYS 1 resources (hash), 2 locks (hash), 3 expiries (sorted set)
-- ARGV 1 id
-- ->   {OK, lock} {GONE}
-- @include time records

local found = read_locks(KEYS[2], KEYS[3], { ARGV[1] })[1]
if not found or found[3] <= math.floor(now_us() / 1000) then return { 'GONE' } end
return { 'OK', describe(found[1], found[2], found[3]) }
