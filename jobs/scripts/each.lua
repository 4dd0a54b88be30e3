-- Stands behind the function one(KEYS, ARGV) of a script of which several calls are made at once, which costs Redis
-- less than one after the other.
-- KEYS those of all calls  ARGV 1 keys of a call  2 arguments of a call; then those of all calls
-- Returns what each call returned. An error of one ends the script; what calls before it did stays.
local k, a = tonumber(ARGV[1]), tonumber(ARGV[2])
local out = {}
together(function()
  for i = 1, (#ARGV - 2) / a do
    local v = one({ unpack(KEYS, (i - 1) * k + 1, i * k) }, { unpack(ARGV, (i - 1) * a + 3, i * a + 2) })
    if v == nil then v = false end
    out[i] = v
  end
end)
return out
