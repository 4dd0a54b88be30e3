-- leftover: a lease whose record is in another run, or in none, is deleted.
-- KEYS 1 record
-- ARGV 1 fence of the lease
-- Returns 1, or 0 when the record is in that run.
local r = read(KEYS[1])
if r and r.state == "r" and r.fence == ARGV[1] then return 0 end
local tag, name = string.match(KEYS[1], "^({.-}):j:(.+)$")
return redis.call("ZREM", tag .. ":lease", name .. ":" .. ARGV[1])
