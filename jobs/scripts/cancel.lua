-- cancel: whatever the state, a record that has not ended is canceled, at once and for good.
-- KEYS 1 record
-- ARGV 1 ETag's first fence, "" for any  2 ETag's version  3 retention in µs
-- Returns {what, s, m, r, e, R}, what being "now", "before" (it was canceled already), "ended" or "changed"; nil if there is none.
evenfull(KEYS[1])
local r = read(KEYS[1])
if not r then return nil end
local what = "now"
if r.state == "c" and ARGV[1] == r.first and int(ARGV[2] + 1) == r.version then
  what = "before" -- by this very call, sent again
elseif ARGV[1] ~= "" and (ARGV[1] ~= r.first or ARGV[2] ~= r.version) then
  what = "changed"
elseif r.state == "c" then
  what = "before"
elseif ended[r.state] then
  what = "ended"
else
  redis.call("PUBLISH", r.tag .. ":wake", r.name .. ":" .. r.fence)
  local now = clock()
  local was = index(r)
  refence(r)
  finish(r, "c", now, ARGV[3])
end
local f = redis.call("HMGET", r.key, "s", "m", "r", "e", "R")
return { what, f[1], f[2], f[3] or "", f[4] or "", f[5] or "" }
