-- expire: ended records whose retention is over are deleted.
-- KEYS 1 ended
-- ARGV 1 how many at most  2 prefix of record keys
-- Returns how many went.
local names = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", int(clock()), "LIMIT", 0, ARGV[1])
for _, name in ipairs(names) do
  redis.call("ZREM", KEYS[1], name)
  local r = read(ARGV[2] .. name)
  if r and ended[r.state] then erase(r) end
end
return #names
