-- heartbeat: one process extends the leases of its runs, tells their progress and what job types it serves.
-- KEYS 1 lease  2 serves
-- ARGV 1 lease in µs  2 prefix of record keys  3 number n of job types, then n types; then for each run
--      TENANT/ID, fence, progress
-- Returns the runs that are no longer this process's, TENANT/ID:FENCE and their state, or "" if forgotten.
-- A run whose lease is over but whose fence still stands keeps its job.
evenfull(KEYS[1])
local now = clock()
local till = int(now + ARGV[1])
local n = tonumber(ARGV[3])
for i = 4, 3 + n do redis.call("ZADD", KEYS[2], till, ARGV[i]) end
if n > 0 then
  redis.call("ZREMRANGEBYSCORE", KEYS[2], "-inf", int(now))
  redis.call("PEXPIRE", KEYS[2], 60000)
end
local gone = {}
for i = 4 + n, #ARGV, 3 do
  local name, fence, progress = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local r = read(ARGV[2] .. name)
  if r and r.state == "r" and r.fence == fence then
    redis.call("ZADD", KEYS[1], till, name .. ":" .. fence)
    if r.progress ~= progress then
      r.progress = progress
      write(r, index(r), now)
    end
  else
    gone[#gone + 1] = name .. ":" .. fence
    gone[#gone + 1] = r and r.state or ""
  end
end
return gone
