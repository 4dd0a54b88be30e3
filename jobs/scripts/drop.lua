-- drop: a task that asynq counts as active, though nobody works on it, is taken out of asynq.
-- KEYS 1 asynq's active list  2 its lease  3 its task
-- ARGV 1 asynq's task id
-- Returns 1, or 0 when it was gone.
redis.call("ZREM", KEYS[2], ARGV[1])
redis.call("DEL", KEYS[3])
return redis.call("LREM", KEYS[1], 0, ARGV[1])
