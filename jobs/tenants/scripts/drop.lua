-- drop: an item of a shelf is taken off it, as long as it is what the caller knows.
-- KEYS 1 shelf  2 names of its items  3 one that never exists
-- ARGV 1 nonce of the call  2 id  3 the version that it must have, "" for any  4 channel  5 tenant
-- Returns "done", "missing" or "changed". The same call again gets the same answer, unless the shelf has changed in
-- between. The shelf's revision stays, so that no later item has the version of an earlier one.
local shelf, names, id = KEYS[1], KEYS[2], ARGV[2]
local was = redis.call("HGET", shelf, id)
if not was then
  return redis.call("HGET", shelf, "last") == ARGV[1] and "done" or "missing"
end
local version, name, body = string.match(was, "^(%d+) %d+ ([^\n]*)\n(.*)$")
if ARGV[3] ~= "" and ARGV[3] ~= version then return "changed" end
redis.call("HDEL", shelf, id)
redis.call("HDEL", names, name)
redis.call("HINCRBY", shelf, "size", -#body)
redis.call("HINCRBY", shelf, "rev", 1)
redis.call("HSET", shelf, "last", ARGV[1])
redis.call("PUBLISH", ARGV[4], ARGV[5])
return "done"
