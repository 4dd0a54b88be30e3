-- strays: which of the tasks that asynq counts as active belong to no run.
-- KEYS 1 asynq's active list
-- ARGV 1 prefix of record keys  2 how many to look at, the oldest
-- Returns task id and what it is, flat: "waits" when the record still waits with the task's fence, "over" when
-- the record does not know the task any more.
local out = {}
for _, task in ipairs(redis.call("LRANGE", KEYS[1], -ARGV[2], -1)) do
  local name, fence = string.match(task, "^(.+):(%d+)$")
  local r = name and read(ARGV[1] .. name)
  local what = "over"
  if r and r.state == "w" and r.fence == fence then what = "waits" end
  if r and r.state == "r" and r.fence == int(fence + 1) then what = nil end
  if what then
    out[#out + 1] = task
    out[#out + 1] = what
  end
end
return out
