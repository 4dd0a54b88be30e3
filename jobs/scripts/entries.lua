-- entries: takes out of a set of a shard what no record asks for.
-- KEYS 1 the set
-- ARGV 1 what it lists: "index", "lease", "runs", "due", "ended", "types", "tenants" or "bytes"
--      2 prefix of record keys, with the tenant for "index" and "runs"  3 tenant, for "types"  4 "1" to look only
--      5 and on members
-- Returns how many were wrong: not asked for, at a wrong place, or another sum.
evenfull(KEYS[1])
local set, what, dry = KEYS[1], ARGV[1], ARGV[4] == "1"
local tag = string.match(set, "^{.-}")
local states = { "notStarted/high", "notStarted/normal", "notStarted/low", "running", "succeeded", "failed", "canceled" }
local wrong = 0
local function asked(member)
  if what == "tenants" then return redis.call("EXISTS", tag .. ":types:" .. member) == 1 end
  if what == "types" then
    for _, s in ipairs(states) do
      if redis.call("EXISTS", tag .. ":i:" .. ARGV[3] .. ":" .. s .. ":" .. member) == 1 then return true end
    end
    return false
  end
  local name, fence = member, nil
  if what == "lease" or what == "runs" then name, fence = string.match(member, "^(.+):(%d+)$") end
  local r = name and read(ARGV[2] .. name)
  if not r then return false end
  if what == "index" then return index(r) == set, r.created end
  if what == "lease" then return r.state == "r" and r.fence == fence end
  if what == "runs" then return r.state == "r" and r.fence == fence and capped(r.owner) end
  if what == "due" then return r.due ~= "0", r.due end
  return ended[r.state] ~= nil
end
if what == "bytes" then
  for i = 5, #ARGV do wrong = wrong + recount(tag, ARGV[i], dry) end
  return wrong
end
local plain = what == "types" or what == "tenants" or what == "runs"
for i = 5, #ARGV do
  local yes, score = asked(ARGV[i])
  if not yes then
    -- The member may have gone by itself since it was read.
    if redis.call(plain and "SISMEMBER" or "ZSCORE", set, ARGV[i]) ~= (plain and 0) then
      wrong = wrong + 1
      if not dry then redis.call(plain and "SREM" or "ZREM", set, ARGV[i]) end
    end
  elseif score and int(tonumber(redis.call("ZSCORE", set, ARGV[i]) or score)) ~= score then
    wrong = wrong + 1
    if not dry then redis.call("ZADD", set, score, ARGV[i]) end
  end
end
return wrong
