-- strays: which of the tasks that asynq counts as active belong to no run.
-- KEYS asynq's active list of each lane
-- ARGV 1 prefix of record keys  2 how many to look at in each, the oldest
-- Returns number of the key, task id and what it is, flat: "waits" when the record still waits with the task's fence,
-- "over" when the record does not know the task any more.
local out = {}
if redis.call("EXISTS", unpack(KEYS)) == 0 then return out end -- as nearly always
for lane, list in ipairs(KEYS) do
  for _, task in ipairs(redis.call("LRANGE", list, -ARGV[2], -1)) do
    local name, fence = string.match(task, "^(.+):(%d+)$")
    local r = name and read(ARGV[1] .. name)
    local what = "over"
    if r and r.state == "w" and r.fence == fence then what = "waits" end
    if r and r.state == "r" and r.fence == int(fence + 1) then what = nil end
    if what then
      for _, v in ipairs({ lane, task, what }) do out[#out + 1] = v end
    end
  end
end
return out
