-- take: the next waiting jobs start to run, each under a lease of its own. This is what asynq's dequeue is for, over
-- several lanes, for several tasks, and also when Redis' memory is full; asynq has nothing to acknowledge afterwards.
-- KEYS two for each lane, in the order to try: asynq's pending, paused
-- ARGV 1 how many at most  2 owner, one word  3 lease in µs  4 retention in µs  5 least wait before passing on, µs
--      6 the expired error, JSON  7 1 when the owner lately could not announce its types, as others may not have
--      either  8 prefix of record keys  9 lost starts after which a job runs alone  10 by how much fences leap
--      11 how many jobs of a tenant may run, 0 for any number, else the owner's name ends in +; then for each lane the
--      prefix of its task keys; then the job types that the owner serves
-- Returns nil when the lanes are empty, else the least wait, in µs, of the jobs that were passed on to a worker that
-- serves their type, 0 for none, and for each job started {task id, asynq's message, what, fence, s, m, c, f, C, F} where
-- what is "run", or "unserved" when no live worker serves its type, or "alone" for the last of them, which has not
-- started but is reserved with that fence. A delivery that counts for nothing, and one of a job
-- that waited too long, end here. One of a tenant at its cap is held until a run of the tenant ends. A task that lost its message is dropped: its job is found by the sweep.
-- A job that is passed on waits a sixteenth of its age at an ARGV 5 of 250 ms, but not above 10 s, and a millisecond
-- for each job that waits likewise, so that what a busy worker has to leave does not keep the others from their own.
local most, owner, nlanes = tonumber(ARGV[1]), ARGV[2], #KEYS / 2
local cap = tonumber(ARGV[11])
local tasks, types = 11, 11 + nlanes -- what stands before them in ARGV
local lookedAtMost = most + 100 -- so that deliveries without effect do not keep Redis from others for long
local lists, pauses = {}, {}
for lane = 1, nlanes do lists[lane], pauses[lane] = KEYS[2 * lane - 1], KEYS[2 * lane] end
if redis.call("EXISTS", unpack(lists)) == 0 then return nil end -- what idle workers ask every second
local paused = redis.call("EXISTS", unpack(pauses)) > 0
evenfull(KEYS[1])
local now = clock()
local served = {}
for i = types + 1, #ARGV do served[ARGV[i]] = true end
local soonest, out, done, reserved = 0, { 0 }, {}, false

local function start(id, msg)
  local name, fence = string.match(id, "^(.+):(%d+)$")
  local r = name and read(ARGV[8] .. name, true)
  if not r or r.state ~= "w" or r.fence ~= fence then return end
  local was = index(r)
  local late = r.starts == "0" and r.due ~= "0" and tonumber(r.due) <= now
  refence(r, ARGV[10])
  if late then
    failure(r, ARGV[6], now)
    return finish(r, "f", now, ARGV[4])
  end
  local what = "run"
  if not served[r.type] then
    what = "unserved"
    local alive = redis.call("ZSCORE", r.tag .. ":serves", r.type)
    if ARGV[7] == "1" or alive and tonumber(alive) > now then
      local wait = math.floor(ARGV[5] * math.max(1, math.min((now - r.created) / 4000000, 40),
        redis.call("ZCARD", r.tag .. ":due") / 250))
      if soonest == 0 or wait < soonest then soonest = wait end
      r.state, r.due = "d", int(now + wait)
      redis.call("ZADD", r.tag .. ":due", r.due, r.name)
      return store(r)
    end
  end
  if tonumber(r.lost) >= tonumber(ARGV[9]) then
    reserved = true
    out[#out + 1] = { id, msg, "alone", r.fence, reserve(r, now, ARGV[3]), r.meta, "", "", "", "" }
    return
  end
  out[#out + 1] = { id, msg, what, r.fence, begin(r, was, now, owner, ARGV[3]), r.meta, carried(r) }
end

-- Whether there is room for a run of the tenant.
local function room(tag, tenant) return redis.call("SCARD", tag .. ":runs:" .. tenant) < cap end

-- Starts a delivery, or holds it and returns true.
local function startOrHold(lane, id, msg)
  local tag, name = string.match(ARGV[8], "^{.-}"), string.match(lane, "(%a+)}:pending$")
  local tenant = string.match(id, "^[^/]+")
  if not room(tag, tenant) then
    local of, fence = string.match(id, "^(.+):(%d+)$")
    local r = of and read(ARGV[8] .. of)
    if not r or r.state ~= "w" or r.fence ~= fence then return false end
    redis.call("ZADD", heldIn(tag, name), 0, holding(tenant, r.created, id))
    return true
  end
  start(id, msg)
  -- What was let go may have come to nothing, or the cap have been raised.
  if room(tag, tenant) then letGo(tag, tenant, now) end
  return false
end

-- Takes one task off its lane.
local function take(lane, id)
  local task = ARGV[tasks + lane] .. id
  local msg = redis.call("HGET", task, "msg")
  local held = false
  if msg and cap > 0 then
    held = startOrHold(lists[lane], id, msg)
  elseif msg then
    start(id, msg)
  end
  if not held then done[#done + 1] = task end
end

-- Takes some tasks off a lane, and returns how many there were. Those after one that must run alone stay, and so do
-- those after one that fails.
local function some(lane, most)
  local ids = redis.call("RPOP", lists[lane], most)
  if not ids then return 0 end
  local n = 0
  local fine, problem = pcall(function()
    while n < #ids and not reserved do
      n = n + 1
      take(lane, ids[n])
    end
  end)
  for i = #ids, n + 1, -1 do redis.call("RPUSH", lists[lane], ids[i]) end
  if done[1] then redis.call("DEL", unpack(done)) end
  done = {}
  if not fine then error(problem, 0) end
  return n
end

local looked = 0
together(function()
  for lane = 1, nlanes do
    if not (paused and redis.call("EXISTS", pauses[lane]) == 1) then
      while not reserved and #out <= most and looked < lookedAtMost do
        local n = some(lane, math.min(most + 1 - #out, lookedAtMost - looked))
        if n == 0 then break end
        looked = looked + n
      end
    end
  end
end)
if looked == 0 then return nil end
out[1] = soonest
return out
