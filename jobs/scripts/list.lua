-- list: one page of a tenant's jobs in this shard, read at one moment.
-- KEYS 1 the tenant's types
-- ARGV 1 prefix of the tenant's index sets  2 prefix of its record keys  3 "asc" or "desc" by creation, then id
--      4 how many at most  5 and 6 time in µs and id after which the page starts, "" for the start  7 and on boxes
-- Returns id, time, s, m, e of each entry, flat; s is "" where the record lost it or is none, and s and m where there is
-- no record.
local asc = ARGV[3] == "asc"
local limit = tonumber(ARGV[4])

local found = {}
local function add(flat, from)
  for i = 1, #flat, 2 do
    if not from or (asc and flat[i] > from) or (not asc and flat[i] < from) then
      found[#found + 1] = { id = flat[i], at = tonumber(flat[i + 1]) }
    end
  end
end
boxes(7, function(set, low, high, tie)
  if tie then add(redis.call("ZRANGEBYSCORE", set, ARGV[5], ARGV[5], "WITHSCORES"), ARGV[6]) end
  if asc then
    add(redis.call("ZRANGEBYSCORE", set, low, high, "WITHSCORES", "LIMIT", 0, limit))
  else
    add(redis.call("ZREVRANGEBYSCORE", set, high, low, "WITHSCORES", "LIMIT", 0, limit))
  end
end)
table.sort(found, function(a, b)
  if a.at ~= b.at then return (a.at < b.at) == asc end
  return a.id ~= b.id and (a.id < b.id) == asc
end)

local page = {}
for i = 1, math.min(limit, #found) do
  local f = redis.pcall("HMGET", ARGV[2] .. found[i].id, "s", "m", "e")
  if f.err then f = { "", "-" } end
  for _, v in ipairs({ found[i].id, string.format("%.0f", found[i].at), f[1] or "", f[2] or "", f[3] or "" }) do
    page[#page + 1] = v
  end
end
return page
