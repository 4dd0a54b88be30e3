-- announce: a worker says that it is there and what it does.
-- KEYS 1 workers  2 about
-- ARGV 1 how long that holds, µs  2 worker  3 what it does, JSON
-- Returns nothing. Those that said so too long ago are forgotten.
evenfull(KEYS[1])
local now = clock()
for _, gone in ipairs(redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", int(now))) do
  redis.call("ZREM", KEYS[1], gone)
  redis.call("HDEL", KEYS[2], gone)
end
redis.call("ZADD", KEYS[1], int(now + ARGV[1]), ARGV[2])
redis.call("HSET", KEYS[2], ARGV[2], ARGV[3])
redis.call("PEXPIRE", KEYS[1], 60000)
redis.call("PEXPIRE", KEYS[2], 60000)
