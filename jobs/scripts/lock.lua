-- lock: the shard's sweeper lock is taken, kept, or given back.
-- KEYS 1 sweeper
-- ARGV 1 owner  2 how long it holds, ms; 0 gives it back
-- Returns 1 when the owner has it now.
evenfull(KEYS[1])
local owner = redis.call("GET", KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
if ARGV[2] == "0" then
  redis.call("DEL", KEYS[1])
  return 0
end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1
