-- What scripts share that read the index by boxes. KEYS 1 is the tenant's types, ARGV 1 the prefix of its index sets.

-- boxes calls f(set, low, high, tie) for each index set of each box. A box is, from ARGV at on: least and greatest
-- creation time in µs as ZRANGEBYSCORE takes them, 1 if the jobs of the time at which a page starts can be in the box,
-- n, n states, "in" or "not", m, m job types. Boxes do not overlap.
local function boxes(at, f)
  local every
  while ARGV[at] do
    local low, high, tie = ARGV[at], ARGV[at + 1], ARGV[at + 2] == "1"
    local states = at + 4
    local kind = states + tonumber(ARGV[at + 3])
    at = kind + 2 + tonumber(ARGV[kind + 1])
    local types, named = {}, {}
    for i = kind + 2, at - 1 do
      types[#types + 1] = ARGV[i]
      named[ARGV[i]] = true
    end
    if ARGV[kind] == "not" then
      every = every or redis.call("SMEMBERS", KEYS[1])
      types = {}
      for _, type in ipairs(every) do
        if not named[type] then types[#types + 1] = type end
      end
    end
    for _, type in ipairs(types) do
      for i = states, kind - 1 do f(ARGV[1] .. ARGV[i] .. ":" .. type, low, high, tie) end
    end
  end
end

