-- take: a request is counted by every limit, or by none when one of them has no room for it.
-- KEYS one for each limit: the time in µs at which its next request would come if all came evenly, its "theoretical
--      arrival time"
-- ARGV for each limit the requests a second, which may also come at once
-- Returns for each limit {requests that could follow at once, µs until all could, µs until there is room for this
-- one or 0}, up to the first that has no room.
local t = redis.call("TIME")
local now = t[1] * 1000000 + t[2]
local out, next = {}, {}
for i, key in ipairs(KEYS) do
  local each = 1000000 / ARGV[i]
  local at = math.max(tonumber(redis.call("GET", key) or 0), now)
  local wait = math.floor(at + each) - now - 1000000
  if wait > 0 then
    out[i] = { 0, at - now, wait }
    return out
  end
  next[i] = math.floor(at + each)
  out[i] = { math.floor(-wait / each), next[i] - now, 0 }
end
for i, key in ipairs(KEYS) do
  redis.call("SET", key, string.format("%.0f", next[i]), "PX", math.ceil((next[i] - now) / 1000) + 1)
end
return out
