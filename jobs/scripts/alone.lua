-- alone: a job that take reserved for a worker which makes room for it stays reserved, or starts to run.
-- KEYS 1 record
-- ARGV 1 fence that it is reserved with  2 lease in µs  3 owner, "" while there is no room yet  4 by how much the fence leaps
-- Returns {fence, s, m, c, f, C, F} when it runs, 1 when it stays reserved, nil when it is not reserved so any more.
evenfull(KEYS[1])
local r = read(KEYS[1], true)
if not r or r.state ~= "d" or r.fence ~= ARGV[1] then return nil end
local now = clock()
if ARGV[3] == "" then
  reserve(r, now, ARGV[2])
  return 1
end
local was = index(r)
refence(r, ARGV[4])
return { r.fence, begin(r, was, now, ARGV[3], ARGV[2]), r.meta, carried(r) }
