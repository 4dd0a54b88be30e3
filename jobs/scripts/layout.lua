-- layout: the layout of the keys, of which the first process to come writes each field.
-- KEYS 1 layout
-- ARGV fields and values, flat
-- Returns the values that stand there, in the order of the fields.
local out = {}
for i = 1, #ARGV, 2 do
  redis.call("HSETNX", KEYS[1], ARGV[i], ARGV[i + 1])
  out[#out + 1] = redis.call("HGET", KEYS[1], ARGV[i])
end
return out
