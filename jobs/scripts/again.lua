-- again: a running record waits for its next delivery.
-- KEYS 1 record
-- ARGV 1 fence of the run  2 why: "retry" after a failed attempt, "handback" by an owner that stops, "lost" when
--      the lease is over  3 wait in µs  4 the attempt's error, JSON, or ""  5 starts without an end that are allowed
--      6 retention in µs
-- Returns the fence that it waits with, "" when it ended instead (lost too often), or nil when it is no longer the run's.
evenfull(KEYS[1])
local r = read(KEYS[1])
if not r or r.state ~= "r" or r.fence ~= ARGV[1] then
  -- The same call sent again finds its own work done.
  if r and r.state == "d" and r.fence == int(ARGV[1] + 1) then return r.fence end
  return nil
end
local now = clock()
if ARGV[2] == "lost" then
  local till = redis.call("ZSCORE", r.tag .. ":lease", r.name .. ":" .. r.fence)
  if till and tonumber(till) > now then return nil end
  r.lost = int(r.lost + 1)
end
if ARGV[2] == "retry" then r.tries = int(r.tries + 1) end
if ARGV[4] ~= "" then failure(r, ARGV[4], now) end
if tonumber(r.lost) >= tonumber(ARGV[5]) then
  refence(r)
  finish(r, "f", now, ARGV[6])
  return ""
end
refence(r)
r.state, r.owner, r.due = "d", "-", int(now + ARGV[3])
redis.call("ZADD", r.tag .. ":due", r.due, r.name)
store(r)
return r.fence
