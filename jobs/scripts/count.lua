-- count: how many jobs of a tenant this shard's index has, by state, type and creation time.
-- KEYS 1 the tenant's types
-- ARGV 1 prefix of the tenant's index sets  2 and on boxes
-- Returns the number.
local total = 0
boxes(2, function(set, low, high)
  if low == "-inf" and high == "+inf" then
    total = total + redis.call("ZCARD", set)
  else
    total = total + redis.call("ZCOUNT", set, low, high)
  end
end)
return total
