-- watch: reads a record and marks it as watched, so that changes are told on the shard's tell channel.
-- KEYS 1 record
-- ARGV 1 how long the mark lasts, µs
-- Returns {s, m, r, e, R}, or nil if there is none.
local f = redis.call("HMGET", KEYS[1], "s", "m", "r", "e", "w", "R")
if not f[1] then return nil end
if not string.find(f[1], "^[sfc]") then
  local now = clock()
  if not f[5] or tonumber(f[5]) < now + ARGV[1] / 2 then
    evenfull(KEYS[1])
    redis.call("HSET", KEYS[1], "w", int(now + ARGV[1]))
  end
end
return { f[1], f[2], f[3] or "", f[4] or "", f[6] or "" }
