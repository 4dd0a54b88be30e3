-- submit: a new record, its index entry and asynq's task, all or nothing.
-- KEYS 1 record  2 index set of its state and lane  3 asynq's task  4 asynq's pending list
-- ARGV 1 first fence, random  2 meta after CREATED  3 request, packed  4 fingerprints, any of which makes it a repeat
--      5 asynq's message  6 asynq's task id  7 asynq's pending_since, ns
--      8 longest wait in µs, or 0  9 lane letter  10 id  11 type  12 tenant
--      13 the request's blob, as record.lua has it  14 file, packed  15 the file's blob; "" where there is none
--      16 bytes of request and file, where those of a tenant are limited, else 0
-- Returns "created", when in µs and how many wait in the index set, as one string; "repeat" when the record stands
-- there with one of these fingerprints, or "clash" when with another.
local old = redis.call("HGET", KEYS[1], "m")
if old then
  local created, first, fp = string.match(old, "^(%d+) (%d+) %a (%S+)")
  if first == ARGV[1] then return "created " .. created .. " 0" end -- our own call, sent again
  if fp ~= "-" and string.find(" " .. ARGV[4] .. " ", " " .. fp .. " ", 1, true) then return "repeat" end
  return "clash"
end
local tag = string.match(KEYS[1], "^{.-}")
local created = string.format("%d", clock())
learnt.now = clock() + 1 -- jobs that come together are listed in the order in which they came
local due = "0"
if ARGV[8] ~= "0" then
  due = string.format("%d", created + ARGV[8])
  redis.call("ZADD", tag .. ":due", due, ARGV[12] .. "/" .. ARGV[10])
end
local head = "w " .. ARGV[9] .. " " .. ARGV[1] .. " 1 0 0 0 0 0 " .. due .. " 0 -"
local meta = created .. " " .. ARGV[2]
redis.call("HSET", KEYS[1], "s", head, "m", meta, "c", ARGV[3])
if ARGV[13] .. ARGV[14] .. ARGV[15] ~= "" then
  for i, field in ipairs({ "C", "f", "F" }) do
    local value = ARGV[12 + i]
    if value ~= "" then
      redis.call("HSET", KEYS[1], field, value)
      if field ~= "f" then redis.call("SADD", tag .. ":blobs", string.match(value, "^%S+")) end
    end
  end
end
if ARGV[16] ~= "0" then
  redis.call("HSET", KEYS[1], "b", ARGV[16])
  redis.call("HINCRBY", tag .. ":bytes", ARGV[12], ARGV[16])
end
local waiting = (learnt[KEYS[2]] or redis.call("ZCARD", KEYS[2])) + 1
learnt[KEYS[2]] = waiting
add(KEYS[2], created, ARGV[10])
if waiting == 1 then
  redis.call("SADD", tag .. ":types:" .. ARGV[12], ARGV[11])
  redis.call("SADD", tag .. ":tenants", ARGV[12])
end
redis.call("HSET", KEYS[3], "msg", ARGV[5], "state", "pending", "pending_since", ARGV[7])
push(tag, KEYS[4], ARGV[6])
event(tag, ARGV[12], ARGV[10], head, meta)
return "created " .. created .. " " .. waiting
