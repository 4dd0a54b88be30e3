-- submit: a new record, its index entry and asynq's task, all or nothing.
-- KEYS 1 record  2 index set of its state and lane  3 the tenant's types  4 tenants
--      5 asynq's task  6 asynq's pending list  7 due
-- ARGV 1 first fence, random  2 meta after CREATED  3 request, packed  4 fingerprints, any of which makes it a repeat
--      5 asynq's message  6 asynq's task id  7 asynq's pending_since, ns
--      8 longest wait in µs, or 0  9 lane letter  10 id  11 type  12 tenant  13 wake channel
--      14 the request's blob, as record.lua has it  15 file, packed  16 the file's blob; "" where there is none
-- Returns {"created", µs created, waiting in the index set, pending in the lane}, or {"repeat"} when the
-- record stands there with this fingerprint, or {"clash"} when with another.
local old = redis.call("HGET", KEYS[1], "m")
if old then
  local created, first, fp = string.match(old, "^(%d+) (%d+) %a (%S+)")
  if first == ARGV[1] then return { "created", created, 0, 0 } end -- our own call, sent again
  if fp ~= "-" and string.find(" " .. ARGV[4] .. " ", " " .. fp .. " ", 1, true) then return { "repeat" } end
  return { "clash" }
end
local t = redis.call("TIME")
local created = string.format("%.0f", t[1] * 1000000 + t[2])
local due = "0"
if ARGV[8] ~= "0" then
  due = string.format("%.0f", created + ARGV[8])
  redis.call("ZADD", KEYS[7], due, ARGV[12] .. "/" .. ARGV[10])
end
local head = "w " .. ARGV[9] .. " " .. ARGV[1] .. " 1 0 0 0 0 0 " .. due .. " 0 -"
local meta = created .. " " .. ARGV[2]
redis.call("HSET", KEYS[1], "s", head, "m", meta, "c", ARGV[3])
for i, field in ipairs({ "C", "f", "F" }) do
  local value = ARGV[13 + i]
  if value ~= "" then
    redis.call("HSET", KEYS[1], field, value)
    if field ~= "f" then
      redis.call("SADD", string.match(KEYS[1], "^{.-}") .. ":blobs", string.match(value, "^%S+"))
    end
  end
end
redis.call("ZADD", KEYS[2], created, ARGV[10])
local waiting = redis.call("ZCARD", KEYS[2])
if waiting == 1 then
  redis.call("SADD", KEYS[3], ARGV[11])
  redis.call("SADD", KEYS[4], ARGV[12])
end
redis.call("HSET", KEYS[5], "msg", ARGV[5], "state", "pending", "pending_since", ARGV[7])
local pending = redis.call("LPUSH", KEYS[6], ARGV[6])
if pending == 1 then redis.call("PUBLISH", ARGV[13], "") end
event(string.match(KEYS[1], "^{.-}"), ARGV[12], ARGV[10], head, meta)
return { "created", created, waiting, pending }
