-- tasks: looks after tasks of one of asynq's queues: drops those that are where no worker looks, as asynq's
-- own tools leave them, and finds the records that wait for them.
-- KEYS 1 asynq's pending list
-- ARGV 1 prefix of record keys  2 prefix of asynq's keys of the queue  3 "1" to look only  4 how long a pending list may
--      be for its tasks to be looked for in it  5 and on asynq's task ids
-- Returns {dropped, then TENANT/ID and fence of each record that waits without a delivery that anyone takes}.
evenfull(ARGV[1])
local out, dry = { 0 }, ARGV[3] == "1"
local pending, lane = nil, string.match(KEYS[1], "(%a+)}:pending$")
if redis.call("LLEN", KEYS[1]) <= tonumber(ARGV[4]) then
  pending = {}
  for _, id in ipairs(redis.call("LRANGE", KEYS[1], 0, -1)) do pending[id] = true end
end
local active = {}
for _, id in ipairs(redis.call("LRANGE", ARGV[2] .. "active", -1000, -1)) do active[id] = true end
for i = 5, #ARGV do
  local id = ARGV[i]
  local name, fence = string.match(id, "^(.+):(%d+)$")
  local r = name and read(ARGV[1] .. name)
  local waits = r and r.state == "w" and r.fence == fence
  local task, listed = ARGV[2] .. "t:" .. id, {}
  for _, set in ipairs({ "lease", "scheduled", "retry", "archived", "completed" }) do
    if redis.call("ZSCORE", ARGV[2] .. set, id) then listed[#listed + 1] = ARGV[2] .. set end
  end
  local state = redis.call("HGET", task, "state")
  -- One that is taken meanwhile is in no list; one that waits for nobody's record is dropped when its turn comes.
  local held = r and redis.call("ZSCORE", heldIn(r.tag, lane), holding(r.tenant, r.created, id))
  local well = #listed == 0 and (not state or state == "pending" and (not pending or pending[id] or held))
  if not well and not active[id] then
    if waits then
      out[#out + 1] = r.name
      out[#out + 1] = r.fence
    end
    out[1] = out[1] + 1
    if not dry then
      for _, set in ipairs(listed) do redis.call("ZREM", set, id) end
      redis.call("DEL", task)
    end
  end
end
return out
