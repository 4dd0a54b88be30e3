-- What scripts share that compare what a tenant holds, in {shard}:bytes, with its records. It stands after record.lua.

local recountMost = 10000 -- jobs that are looked at in one script; with more of them a tenant is left for later

-- Counts again what a tenant's jobs hold that have not ended, and puts that right unless it is only to be looked at.
-- Returns 1 when it was wrong, else 0.
local function recount(tag, tenant, dry)
  local sets, jobs = {}, 0
  for _, type in ipairs(redis.call("SMEMBERS", tag .. ":types:" .. tenant)) do
    for _, state in ipairs({ "notStarted/high", "notStarted/normal", "notStarted/low", "running" }) do
      local set = tag .. ":i:" .. tenant .. ":" .. state .. ":" .. type
      jobs = jobs + redis.call("ZCARD", set)
      sets[#sets + 1] = set
    end
  end
  if jobs > recountMost then return 0 end
  local sum = 0
  for _, set in ipairs(sets) do
    for _, id in ipairs(redis.call("ZRANGE", set, 0, -1)) do
      sum = sum + (tonumber(redis.call("HGET", tag .. ":j:" .. tenant .. "/" .. id, "b") or 0) or 0)
    end
  end
  local held = redis.call("HGET", tag .. ":bytes", tenant)
  if (held or "0") == int(sum) and held ~= "0" then return 0 end
  if not dry then
    if sum > 0 then redis.call("HSET", tag .. ":bytes", tenant, int(sum)) else redis.call("HDEL", tag .. ":bytes", tenant) end
  end
  return 1
end

