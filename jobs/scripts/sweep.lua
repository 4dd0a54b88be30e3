-- sweep: what a pass over a shard has to look at. It changes leases alone.
-- KEYS 1 lease  2 due  3 sweep
-- ARGV 1 lease in µs  2 how many of each at most
-- Returns {µs now, expired leases, names that something is due to, µs of the next due}. When the last pass is
-- longer ago than a lease, the fleet could not extend its leases either: every lease then lasts one lease
-- from now, and none is returned.
-- What is held of tenants without a run that counts is let go, since no run's end will do it: caps were taken away, or
-- what was let go was lost.
evenfull(KEYS[1])
local now = clock()
local last = redis.call("HGET", KEYS[3], "last")
redis.call("HSET", KEYS[3], "last", int(now))
redis.call("PEXPIRE", KEYS[3], 60000)
local expired = {}
if last and now - last <= tonumber(ARGV[1]) then
  expired = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", int(now), "LIMIT", 0, ARGV[2])
else
  local till = int(now + ARGV[1])
  for _, run in ipairs(redis.call("ZRANGE", KEYS[1], 0, -1)) do redis.call("ZADD", KEYS[1], till, run) end
end
for _, lane in ipairs({ "again", "high", "normal", "low" }) do
  local tag, from = string.match(KEYS[1], "^{.-}"), "-"
  for _ = 1, 1000 do
    local held = redis.call("ZRANGEBYLEX", heldIn(tag, lane), from, "+", "LIMIT", 0, 1)[1]
    if not held then break end
    local tenant = string.match(held, "^%S+")
    if redis.call("EXISTS", tag .. ":runs:" .. tenant) == 0 then
      for i = 1, 100 do
        if not letGo(tag, tenant, i) then break end
      end
    end
    from = "(" .. tenant .. "!"
  end
end
local due = redis.call("ZRANGEBYSCORE", KEYS[2], "-inf", int(now), "LIMIT", 0, ARGV[2])
local later = redis.call("ZRANGEBYSCORE", KEYS[2], "(" .. int(now), "+inf", "WITHSCORES", "LIMIT", 0, 1)
return { int(now), expired, due, later[2] and int(tonumber(later[2])) or "0" }
