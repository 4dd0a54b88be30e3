-- events: what a tenant's stream has after an entry, and that the stream is written for a while longer.
-- KEYS 1 stream
-- ARGV 1 id of the entry, "" for the end of the stream  2 how many at most  3 how long the stream stays, ms
-- Returns {"gap", id of the last entry} when the entry is no longer there, since what came after it may be gone
-- too; else {"next", then id, n, s, m, e of each entry}. An entry without a name marks a stream's beginning.
local stream = KEYS[1]
evenfull(stream)
local found = {}
if ARGV[1] ~= "" then found = redis.call("XRANGE", stream, ARGV[1], "+", "COUNT", ARGV[2] + 1) end
local out
if #found > 0 and found[1][1] == ARGV[1] then
  out = { "next" }
  for i = 2, #found do
    local f = found[i][2]
    for _, v in ipairs({ found[i][1], f[2], f[4], f[6], f[8] }) do out[#out + 1] = v end
  end
else
  local last = redis.call("XREVRANGE", stream, "+", "-", "COUNT", 1)[1]
  out = { "gap", last and last[1] or redis.call("XADD", stream, "*", "n", "", "s", "", "m", "", "e", "") }
end
redis.call("PEXPIRE", stream, ARGV[3])
return out
