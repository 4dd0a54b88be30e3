-- take: what asynq's own dequeue does, over several lanes in one call and also when Redis' memory is full.
-- KEYS four for each lane, in the order to try: asynq's pending, paused, active, lease
-- ARGV 1 end of asynq's lease, s; then for each lane the prefix of its task keys
-- Returns the encoded message of the first task found, or nil. A task that lost its message is dropped:
-- its job is found by the sweep.
redis.call("ZREM", KEYS[4], "")
for lane = 0, #KEYS / 4 - 1 do
  local pending, paused, active, lease = unpack(KEYS, lane * 4 + 1, lane * 4 + 4)
  if redis.call("EXISTS", paused) == 0 then
    while true do
      local id = redis.call("RPOPLPUSH", pending, active)
      if not id then break end
      local key = ARGV[lane + 2] .. id
      local msg = redis.call("HGET", key, "msg")
      if msg then
        redis.call("HSET", key, "state", "active")
        redis.call("HDEL", key, "pending_since")
        redis.call("ZADD", lease, ARGV[1], id)
        return msg
      end
      redis.call("LREM", active, 0, id)
    end
  end
end
return nil
