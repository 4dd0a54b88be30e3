-- list: one page of a tenant's jobs in this shard, read at one moment.
-- KEYS 1 the tenant's types
-- ARGV 1 prefix of the tenant's index sets  2 prefix of its record keys  3 "asc" or "desc" by creation, then id
--      4 how many at most  5 least and 6 greatest creation time, µs  7 and 8 time and id after which the page
--      starts, "" for the start  9 number n of states, then n states, then job types, none for all
-- Returns id, s, m, e of each job, flat.
local asc = ARGV[3] == "asc"
local limit = tonumber(ARGV[4])
local least, greatest = ARGV[5], ARGV[6]
local n = tonumber(ARGV[9])
local types = { unpack(ARGV, 10 + n) }
if #types == 0 then types = redis.call("SMEMBERS", KEYS[1]) end

local found = {}
local function add(flat, from)
  for i = 1, #flat, 2 do
    if not from or (asc and flat[i] > from) or (not asc and flat[i] < from) then
      found[#found + 1] = { id = flat[i], at = tonumber(flat[i + 1]) }
    end
  end
end
for _, type in ipairs(types) do
  for i = 10, 9 + n do
    local set = ARGV[1] .. ARGV[i] .. ":" .. type
    local low, high = least, greatest
    if ARGV[7] ~= "" then
      add(redis.call("ZRANGEBYSCORE", set, ARGV[7], ARGV[7], "WITHSCORES"), ARGV[8])
      if asc then low = "(" .. ARGV[7] else high = "(" .. ARGV[7] end
    end
    if asc then
      add(redis.call("ZRANGEBYSCORE", set, low, high, "WITHSCORES", "LIMIT", 0, limit))
    else
      add(redis.call("ZREVRANGEBYSCORE", set, high, low, "WITHSCORES", "LIMIT", 0, limit))
    end
  end
end
table.sort(found, function(x, y)
  local a, b = x, y -- not swapped in place, which the embedded Redis gets wrong
  if not asc then a, b = y, x end
  if a.at ~= b.at then return a.at < b.at end
  return a.id < b.id
end)

local page = {}
for i = 1, math.min(limit, #found) do
  local f = redis.call("HMGET", ARGV[2] .. found[i].id, "s", "m", "e")
  if f[1] then
    for _, v in ipairs({ found[i].id, f[1], f[2], f[3] or "" }) do page[#page + 1] = v end
  end
end
return page
