-- deliver: a waiting record gets a new delivery through asynq, which makes every earlier one stale.
-- KEYS 1 record  2 asynq's task  3 asynq's pending list
-- ARGV 1 fence that it waits with  2 asynq's message  3 asynq's task id  4 asynq's pending_since, ns
--      5 lane letter  6 longest wait in µs, or 0
-- Returns 1, or 0 when the record does not wait with that fence.
evenfull(KEYS[1])
local r = read(KEYS[1])
if not r or r.fence ~= ARGV[1] or (r.state ~= "w" and r.state ~= "d") then return 0 end
refence(r)
r.state, r.via = "w", ARGV[5]
if ARGV[6] ~= "0" and r.starts == "0" then
  r.due = int(r.created + ARGV[6])
  redis.call("ZADD", r.tag .. ":due", r.due, r.name)
end
redis.call("HSET", KEYS[2], "msg", ARGV[2], "state", "pending", "pending_since", ARGV[4])
push(r.tag, KEYS[3], ARGV[3])
store(r)
return 1
