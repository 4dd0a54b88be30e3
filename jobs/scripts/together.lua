-- Stands before each script that changes records: what its calls, or its jobs, do together.

-- What the script has learnt so far. Nothing else happens in Redis while it runs, so that the next of several calls
-- made at once, or of several jobs, need not ask again.
local learnt = {}

-- The time, for all of the script.
local function clock()
  if not learnt.now then
    local t = redis.call("TIME")
    learnt.now = t[1] * 1000000 + t[2]
  end
  return learnt.now
end

-- Writes that the jobs of a script have in common, an index set to which all are added, are made in one command for all
-- of them at the end of together: beginning a command costs Redis more than what it does for one job. Until then the
-- script does not see them. A member is added to a set, or taken off it, once in a script.
local gathered

-- What is gathered for a command and its key.
local function all(command, key)
  local keys = gathered[command]
  local list = keys[key]
  if not list then
    list = { command, key }
    keys[key], gathered[#gathered + 1] = list, list
  end
  return list
end

-- Adds a member to a sorted set, now or with all others.
local function add(key, score, member)
  if not gathered then return redis.call("ZADD", key, score, member) end
  local list = all("ZADD", key)
  local n = #list
  list[n + 1], list[n + 2] = score, member
end

-- Takes a member off a sorted set likewise.
local function remove(key, member)
  if not gathered then return redis.call("ZREM", key, member) end
  local list = all("ZREM", key)
  list[#list + 1] = member
end

-- Puts a task into asynq's pending list likewise, and wakes the workers if it is the first there.
local function push(tag, pending, task)
  if gathered then
    local list = all("LPUSH", pending)
    list.wakes, list[#list + 1] = tag .. ":wake", task
  elseif redis.call("LPUSH", pending, task) == 1 then
    redis.call("PUBLISH", tag .. ":wake", "")
  end
end

-- Runs f, whose common writes are made at the end, also when it fails half way: what it did until then stays.
local function together(f)
  gathered = { ZADD = {}, ZREM = {}, LPUSH = {} }
  local fine, problem = pcall(f)
  local writes = gathered
  gathered = nil
  for _, list in ipairs(writes) do
    local done, reply = pcall(redis.call, unpack(list))
    if not done then
      fine, problem = false, problem or reply
    elseif list.wakes and reply == #list - 2 then
      redis.call("PUBLISH", list.wakes, "")
    end
  end
  if not fine then error(problem, 0) end
end

