-- due: what is due to a waiting record: its end when it waited too long for its first start, else a delivery.
-- KEYS 1 record  2 due
-- ARGV 1 the expired error, JSON  2 retention in µs  3 TENANT/ID
-- Returns the fence to deliver, or nil when nothing is to deliver.
evenfull(KEYS[2])
local r = read(KEYS[1])
local now = clock()
if not r or r.due == "0" then
  redis.call("ZREM", KEYS[2], ARGV[3])
  return nil
end
if tonumber(r.due) > now then return nil end
if r.state == "d" then return r.fence end
if r.state == "w" and r.starts == "0" then
  failure(r, ARGV[1], now)
  refence(r)
  finish(r, "f", now, ARGV[2])
end
return nil
