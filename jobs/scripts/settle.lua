-- settle: a running record whose fence is still the run's ends, with its result or its error.
-- KEYS 1 record
-- ARGV 1 fence of the run  2 s or f  3 result, packed, or ""  4 the attempt's error, JSON, or ""  5 retention in µs
--      6 the result's blob, as record.lua has it, or ""
-- Returns 1, also when the same run settled before; 0 when the record is no longer the run's.
evenfull(KEYS[1])
local r = read(KEYS[1])
if not r or r.fence ~= ARGV[1] then return 0 end
if r.state == "s" or r.state == "f" then return 1 end
if r.state ~= "r" then return 0 end
local now = clock()
if ARGV[6] ~= "" then
  redis.call("HSET", r.key, "R", ARGV[6])
  redis.call("SADD", r.tag .. ":blobs", string.match(ARGV[6], "^%S+"))
end
if ARGV[4] ~= "" then failure(r, ARGV[4], now) end
finish(r, ARGV[2], now, ARGV[5], ARGV[3] ~= "" and ARGV[3])
return 1
