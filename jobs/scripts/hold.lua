-- Stands before each script that changes records: a tenant may have a cap on how many of its jobs run.
-- The runs that count are those of owners whose name ends in +, and stand in {shard}:runs:TENANT, ID:FENCE. What is
-- delivered to a tenant at its cap is held in {shard}:held:LANE, one member "TENANT CREATED TASKID" each, all of score
-- 0, so that they sort by tenant and then by time; asynq's task and the record stay as they are. Without caps all this
-- costs nothing.
local function capped(owner) return string.sub(owner, -1) == "+" end

local function heldIn(tag, lane) return tag .. ":held:" .. lane end

local function holding(tenant, created, task) return tenant .. " " .. created .. " " .. task end

-- Gives one held delivery of a tenant back to the front of its lane, which is drawn by a number as asynq draws lanes.
-- Returns whether there was one in a lane that is not paused.
local function letGo(tag, tenant, draw)
  if redis.call("EXISTS", heldIn(tag, "again"), heldIn(tag, "high"), heldIn(tag, "normal"), heldIn(tag, "low")) == 0 then
    return false
  end
  local order = { "again", "high", "normal", "low" }
  local first = draw % 10
  if first == 9 then order = { "again", "low", "high", "normal" } elseif first > 5 then order = { "again", "normal", "high", "low" } end
  for _, lane in ipairs(order) do
    local asynq = "asynq:" .. string.sub(tag, 1, -2) .. "}" .. lane .. "}:"
    if redis.call("EXISTS", asynq .. "paused") == 0 then
      local set = heldIn(tag, lane)
      local found = redis.call("ZRANGEBYLEX", set, "[" .. tenant .. " ", "(" .. tenant .. "!", "LIMIT", 0, 1)[1]
      if found then
        redis.call("ZREM", set, found)
        local task = string.match(found, "^%S+ %d+ (.+)$")
        if redis.call("RPUSH", asynq .. "pending", task) == 1 then redis.call("PUBLISH", tag .. ":wake", "") end
        return true
      end
    end
  end
  return false
end

