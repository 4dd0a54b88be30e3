-- orphans: the running jobs that stand in an owner's name though it does not know them, since the answer that told
-- it of their start was lost.
-- KEYS 1 lease
-- ARGV 1 prefix of record keys  2 owner; then the runs that it knows, TENANT/ID:FENCE
-- Returns the others, TENANT/ID:FENCE. It changes nothing.
local known = {}
for i = 3, #ARGV do known[ARGV[i]] = true end
local out = {}
for _, run in ipairs(redis.call("ZRANGE", KEYS[1], 0, -1)) do
  if not known[run] then
    local name, fence = string.match(run, "^(.+):(%d+)$")
    local r = read(ARGV[1] .. name)
    if r and r.state == "r" and r.fence == fence and r.owner == ARGV[2] then out[#out + 1] = run end
  end
end
return out
