-- overview: what a shard has to do, and who is there to do it. It reads only.
-- KEYS 1 lease  2 workers  3 about; then two for each lane: asynq's pending, paused
-- ARGV 1 prefix of record keys
-- Returns {jobs that run, {what each live worker does, JSON}}, and for each lane {deliveries that wait, age of the
-- job whose turn it is, µs, or 0, paused or not, deliveries that are held of tenants at their cap}. Of the deliveries the next 100 are looked at for one that counts.
local now = clock()
local workers = {}
for _, worker in ipairs(redis.call("ZRANGEBYSCORE", KEYS[2], "(" .. int(now), "+inf")) do
  workers[#workers + 1] = redis.call("HGET", KEYS[3], worker) or nil
end
local out = { redis.call("ZCARD", KEYS[1]), workers }
for lane = 4, #KEYS, 2 do
  local age = 0
  local waiting = redis.call("LRANGE", KEYS[lane], -100, -1)
  for i = #waiting, 1, -1 do
    local name, fence = string.match(waiting[i], "^(.+):(%d+)$")
    local r = name and read(ARGV[1] .. name)
    if r and r.state == "w" and r.fence == fence then
      age = math.max(now - r.created, 1)
      break
    end
  end
  out[#out + 1] = { redis.call("LLEN", KEYS[lane]), age, redis.call("EXISTS", KEYS[lane + 1]),
    redis.call("ZCARD", heldIn(string.match(KEYS[1], "^{.-}"), string.match(KEYS[lane], "(%a+)}:pending$"))) }
end
return out
