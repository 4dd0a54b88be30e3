-- depth: how many jobs of a shard wait, run, or wait for a time, and how old those are that come next. It changes nothing.
-- KEYS 1 lease  2 due, then each lane's pending
-- ARGV 1 prefix of record keys
-- Returns {running, due later, held of tenants at their cap, then for each lane how many wait, and the µs since the next
-- of them was created}.
local now = clock()
local out = { redis.call("ZCARD", KEYS[1]), redis.call("ZCARD", KEYS[2]), 0 }
for _, lane in ipairs({ "again", "high", "normal", "low" }) do
  out[3] = out[3] + redis.call("ZCARD", heldIn(string.match(KEYS[1], "^{.-}"), lane))
end
for lane = 3, #KEYS do
  local age = 0
  local id = redis.call("LINDEX", KEYS[lane], -1)
  local name = id and string.match(id, "^(.+):%d+$")
  local meta = name and redis.call("HGET", ARGV[1] .. name, "m")
  local created = meta and string.match(meta, "^%d+")
  if created then age = math.max(0, now - created) end
  out[#out + 1] = redis.call("LLEN", KEYS[lane])
  out[#out + 1] = age
end
return out
