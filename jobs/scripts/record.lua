-- What the scripts that change a record share; it stands before each of them, after together.lua, event.lua and hold.lua.
-- A record's key is {shard}:j:TENANT/ID and tells the names of all else.
--
-- Field s, the head: STATE VIA FENCE VERSION STARTS TRIES LOST STARTED ENDED DUE PROGRESS OWNER
--   STATE w waits with a delivery on its way, d waits until DUE, r running, s f c ended
--   VIA   lane of the latest delivery: h n l a
-- Field m, the meta, never changes: CREATED FIRSTFENCE LANE FINGERPRINT PRIORITY, then a line each for
-- the type, the user, the client-request-id and the trace.
-- Fields c and f, the request and its file, and r, the result, are packed, and sealed where there are keys; where one
-- is a blob, there is instead C, F or R: NAME SIZE, and KEY if it is sealed (c is then empty). {shard}:blobs has the names of all of them, {shard}:dead those to be deleted.
-- Times are µs since 1970; numbers that large must be printed by int, Lua would round them.
-- Field b is how many bytes of request and file the record and its blobs hold, where those of a tenant are limited;
-- {shard}:bytes has the sum of its jobs that have not ended by tenant, and no tenant of whom there is none.

local function int(n) return string.format("%d", n) end

local lanes = { h = "high", n = "normal", l = "low", a = "again" }
local ended = { s = "succeeded", f = "failed", c = "canceled" }

-- Reads a record, with its content if that is asked for.
local function read(key, content)
  local f
  if content then
    f = redis.call("HMGET", key, "s", "m", "w", "C", "F", "R", "b", "c", "f")
  else
    f = redis.call("HMGET", key, "s", "m", "w", "C", "F", "R", "b")
  end
  if not f[1] or not f[2] then return nil end
  local r = { key = key, meta = f[2], watched = f[3], blobs = { C = f[4], F = f[5], R = f[6] }, content = f[8], file = f[9] }
  r.bytes = f[7] and tonumber(f[7])
  r.tag, r.name, r.tenant, r.id = string.match(key, "^({.-}):j:(([^/]+)/(.+))$")
  r.state, r.via, r.fence, r.version, r.starts, r.tries, r.lost, r.started, r.ended, r.due, r.progress, r.owner =
    string.match(f[1], "^(%a) (%a) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%S+)$")
  r.created, r.first, r.lane, r.type = string.match(f[2], "^(%d+) (%d+) (%a) [^\n]*\n([^\n]*)")
  if not r.state or not r.type then return nil end
  return r
end

-- The set of the tenant's index that lists r in its present state.
local function index(r)
  local s = ended[r.state]
  if not s then
    if r.starts == "0" then s = "notStarted/" .. lanes[r.lane] else s = "running" end
  end
  return r.tag .. ":i:" .. r.tenant .. ":" .. s .. ":" .. r.type
end

-- Stores the head of r after a change that no client sees: its version, and with it the ETag, stays. Returns the head.
local function store(r, result)
  local head = table.concat({ r.state, r.via, r.fence, r.version, r.starts, r.tries, r.lost,
    r.started, r.ended, r.due, r.progress, r.owner }, " ")
  if result then redis.call("HSET", r.key, "s", head, "r", result) else redis.call("HSET", r.key, "s", head) end
  return head
end

-- Stores r after a change, with its result if it has one now, and returns its head; was is its index set before.
-- Clients that wait are told, and where the change is one of the state that clients see, those who follow the
-- tenant's jobs.
local function write(r, was, now, result)
  r.version = int(r.version + 1)
  local head = store(r, result)
  local is = index(r)
  if is ~= was then
    remove(was, r.id)
    add(is, r.created, r.id)
    event(r.tag, r.tenant, r.id, head, r.meta, r.state == "f" and redis.call("HGET", r.key, "e"))
  end
  if r.watched and tonumber(r.watched) > now then
    redis.call("PUBLISH", r.tag .. ":tell", r.name)
  end
  return head
end

-- Takes r off the clocks that its state left running.
local function quiet(r)
  if r.state == "r" then
    remove(r.tag .. ":lease", r.name .. ":" .. r.fence)
    if capped(r.owner) and redis.call("SREM", r.tag .. ":runs:" .. r.tenant, r.id .. ":" .. r.fence) == 1 then
      letGo(r.tag, r.tenant, tonumber(r.fence))
    end
  end
  if r.due ~= "0" then
    redis.call("ZREM", r.tag .. ":due", r.name)
    r.due = "0"
  end
end

-- From here on whoever holds the present fence comes too late. A start leaps, by a number of its caller's, so that it
-- has another fence than one which a failover lost, and whose worker does not know.
local function refence(r, leap)
  quiet(r)
  r.fence = int(r.fence + (leap or 1))
end

-- What a run of r needs of its content: the fields c, f, C and F, "" for none.
local function carried(r) return r.content or "", r.file or "", r.blobs.C or "", r.blobs.F or "" end

-- Starts r, which has a new fence, in an owner's name and under a lease in µs. Returns its head.
local function begin(r, was, now, owner, lease)
  r.state, r.owner, r.progress, r.starts = "r", owner, "0", int(r.starts + 1)
  if r.started == "0" then r.started = int(now) end
  add(r.tag .. ":lease", int(now + lease), r.name .. ":" .. r.fence)
  if capped(owner) then redis.call("SADD", r.tag .. ":runs:" .. r.tenant, r.id .. ":" .. r.fence) end
  return write(r, was, now)
end

-- Keeps r for who makes room to run it alone, for a lease in µs. Returns its head.
local function reserve(r, now, lease)
  r.state, r.due = "d", int(now + lease)
  redis.call("ZADD", r.tag .. ":due", r.due, r.name)
  return store(r)
end

-- Appends an attempt's error, a JSON object, to field e.
local function failure(r, json, now)
  local e = redis.call("HGET", r.key, "e")
  redis.call("HSET", r.key, "e", (e or "") .. int(now) .. " " .. json .. "\n")
end

-- Gives up a blob of r, if that has one in this field.
local function bury(r, field)
  local name = r.blobs[field] and string.match(r.blobs[field], "^%S+")
  if not name then return end
  redis.call("SREM", r.tag .. ":blobs", name)
  redis.call("SADD", r.tag .. ":dead", name)
end

-- Takes what r held off what its tenant holds.
local function release(r)
  if not r.bytes then return end
  local all = r.tag .. ":bytes"
  if redis.call("HINCRBY", all, r.tenant, int(-r.bytes)) <= 0 then redis.call("HDEL", all, r.tenant) end
end

-- Ends r as s, f or c, with its result if it has one, and deletes its content. keep is the retention in µs.
local function finish(r, state, now, keep, result)
  local was = index(r)
  quiet(r)
  r.state, r.owner, r.ended = state, "-", int(now)
  if state == "s" then r.progress = "100" end
  release(r)
  redis.call("HDEL", r.key, "c", "f", "C", "F", "w", "b")
  bury(r, "C")
  bury(r, "F")
  add(r.tag .. ":ended", int(now + keep), r.name)
  write(r, was, now, result)
end

-- Deletes r with everything that lists it.
local function erase(r)
  quiet(r)
  redis.call("ZREM", r.tag .. ":ended", r.name)
  if not ended[r.state] then release(r) end
  local set = index(r)
  redis.call("ZREM", set, r.id)
  redis.call("DEL", r.key)
  for _, field in ipairs({ "C", "F", "R" }) do bury(r, field) end
  event(r.tag, r.tenant, r.id)
  if redis.call("EXISTS", set) == 1 then return end
  local i = r.tag .. ":i:" .. r.tenant .. ":"
  if redis.call("EXISTS", i .. "notStarted/high:" .. r.type, i .. "notStarted/normal:" .. r.type,
      i .. "notStarted/low:" .. r.type, i .. "running:" .. r.type, i .. "succeeded:" .. r.type,
      i .. "failed:" .. r.type, i .. "canceled:" .. r.type) > 0 then return end
  local types = r.tag .. ":types:" .. r.tenant
  redis.call("SREM", types, r.type)
  if redis.call("EXISTS", types) == 0 then redis.call("SREM", r.tag .. ":tenants", r.tenant) end
end

-- Redis refuses the writes of a script when its memory is full, unless one went before. Deleting is
-- always allowed, so this lets the rest of a script pass: what is queued and running must be able to end.
local function evenfull(key)
  if learnt.even then return end
  redis.call("ZREM", string.match(key, "{.-}") .. ":due", "")
  learnt.even = true
end
