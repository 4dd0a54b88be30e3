-- pause: a lane rests, or goes on.
-- KEYS 1 asynq's paused key of the lane
-- ARGV 1 1 to rest, 0 to go on  2 wake channel
-- Returns 1 when that is a change.
evenfull(KEYS[1])
if ARGV[1] == "1" then return redis.call("SETNX", KEYS[1], int(clock() / 1000000)) end
local changed = redis.call("DEL", KEYS[1])
if changed == 1 then redis.call("PUBLISH", ARGV[2], "") end
return changed
