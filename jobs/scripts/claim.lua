-- claim: a record that waits with this delivery's fence starts to run, under a lease of its own.
-- KEYS 1 record
-- ARGV 1 fence of the delivery  2 owner, one word  3 lease in µs  4 retention in µs  5 wait before passing on, µs
--      6 the expired error, JSON  7 1 when the owner lately could not announce its types, as others may not have
--      either; then the job types that the owner serves
-- Returns nil when the delivery counts for nothing, else {what, fence, s, m, c, e, f, C, F} where what is "run", "unserved"
-- (it runs, but no live worker serves its type), or "gone" (it expired, or waits for a worker that serves it).
-- The same call again gets the same answer.
evenfull(KEYS[1])
local r = read(KEYS[1])
if not r then return nil end
local now = clock()
local function answer(what)
  local f = redis.call("HMGET", r.key, "s", "m", "c", "e", "f")
  return { what, r.fence, f[1], f[2], f[3] or "", f[4] or "", f[5] or "", r.blobs.C or "", r.blobs.F or "" }
end
local served = false
for i = 8, #ARGV do served = served or ARGV[i] == r.type end
if r.state == "r" and r.owner == ARGV[2] and r.fence == int(ARGV[1] + 1) then
  return answer(served and "run" or "unserved")
end
if r.state ~= "w" or r.fence ~= ARGV[1] then return nil end
local was = index(r)
if r.starts == "0" and r.due ~= "0" and tonumber(r.due) <= now then
  failure(r, ARGV[6], now)
  refence(r)
  finish(r, "f", now, ARGV[4])
  return { "gone" }
end
if not served then
  local alive = redis.call("ZSCORE", r.tag .. ":serves", r.type)
  if ARGV[7] == "1" or alive and tonumber(alive) > now then
    refence(r)
    r.state, r.due = "d", int(now + ARGV[5])
    redis.call("ZADD", r.tag .. ":due", r.due, r.name)
    write(r, was, now)
    return { "gone" }
  end
end
refence(r)
r.state, r.owner, r.progress, r.starts = "r", ARGV[2], "0", int(r.starts + 1)
if r.started == "0" then r.started = int(now) end
redis.call("ZADD", r.tag .. ":lease", int(now + ARGV[3]), r.name .. ":" .. r.fence)
write(r, was, now)
return answer(served and "run" or "unserved")
