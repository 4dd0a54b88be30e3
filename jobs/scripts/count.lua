-- count: how many jobs of a tenant this shard's index has, by state, type and creation time.
-- KEYS 1 the tenant's types
-- ARGV 1 prefix of the tenant's index sets  2 least and 3 greatest creation time, µs, or "-inf" and "+inf"
--      4 number n of states, then n states, then job types, none for all
-- Returns the number.
local n = tonumber(ARGV[4])
local types = { unpack(ARGV, 5 + n) }
if #types == 0 then types = redis.call("SMEMBERS", KEYS[1]) end
local total = 0
for _, type in ipairs(types) do
  for i = 5, 4 + n do
    local set = ARGV[1] .. ARGV[i] .. ":" .. type
    if ARGV[2] == "-inf" and ARGV[3] == "+inf" then
      total = total + redis.call("ZCARD", set)
    else
      total = total + redis.call("ZCOUNT", set, ARGV[2], ARGV[3])
    end
  end
end
return total
