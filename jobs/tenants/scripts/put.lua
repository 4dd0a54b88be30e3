-- put: an item of a shelf is made or changed, as long as it is what the caller knows and its name is free.
-- KEYS 1 shelf  2 names of its items  3 one that never exists
-- ARGV 1 nonce of the call  2 id  3 the version that it must have, "new" if there must be none, "" for any
--      4 name, folded  5 body  6 the most items  7 the most bytes of all  8 channel  9 tenant
-- Returns {"done", version, time in µs}, or {why} which is "taken", "named", "missing", "changed", "full" or "large".
-- The same call again gets the same answer, unless the shelf has changed in between.
local shelf, names, id = KEYS[1], KEYS[2], ARGV[2]
local was = redis.call("HGET", shelf, id)
local version, at, name, body
if was then version, at, name, body = string.match(was, "^(%d+) (%d+) ([^\n]*)\n(.*)$") end
if redis.call("HGET", shelf, "last") == ARGV[1] and was then return { "done", version, at } end
if ARGV[3] == "new" then
  if was then return { "taken" } end
elseif not was then
  return { "missing" }
elseif ARGV[3] ~= "" and ARGV[3] ~= version then
  return { "changed" }
end
local owner = redis.call("HGET", names, ARGV[4])
if owner and owner ~= id then return { "named" } end
if not was and redis.call("HLEN", names) >= tonumber(ARGV[6]) then return { "full" } end
local more = #ARGV[5] - (was and #body or 0)
local size = tonumber(redis.call("HGET", shelf, "size") or "0")
if more > 0 and size + more > tonumber(ARGV[7]) then return { "large" } end

local t = redis.call("TIME")
at = string.format("%.0f", t[1] * 1000000 + t[2])
local rev = string.format("%.0f", redis.call("HINCRBY", shelf, "rev", 1))
if was and name ~= ARGV[4] then redis.call("HDEL", names, name) end
redis.call("HSET", names, ARGV[4], id)
redis.call("HSET", shelf, id, rev .. " " .. at .. " " .. ARGV[4] .. "\n" .. ARGV[5], "last", ARGV[1], "size", string.format("%.0f", size + more))
redis.call("PUBLISH", ARGV[8], ARGV[9])
return { "done", rev, at }
