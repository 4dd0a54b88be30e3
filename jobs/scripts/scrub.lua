-- scrub: mends what records of a shard miss: their entries in due, lease, ended and the index; and takes away what they
-- should not have: content after their end. Where what a tenant holds is not counted any more, it is counted again.
-- KEYS 1 sweep, then the records
-- ARGV 1 lease in µs  2 retention in µs  3 "1" to look only  4 where the scan that found the records goes on, to be kept, or ""
-- Returns {missing entries, records with content too much, number of records that cannot be read, then their keys, then
-- TENANT/ID and fence of each record that waits without a delivery}.
evenfull(KEYS[1])
local dry = ARGV[3] == "1"
if ARGV[4] ~= "" then redis.call("HSET", KEYS[1], "scrubbed", ARGV[4]) end
local now = clock()
local out = { 0, 0 }
local unreadable, undelivered = {}, {}
local recounted = {}
local function need(set, member, score)
  if not redis.call("ZSCORE", set, member) then
    if not dry then redis.call("ZADD", set, score, member) end
    out[1] = out[1] + 1
  end
end
local function needIn(set, member)
  if redis.call("SISMEMBER", set, member) == 0 then
    if not dry then redis.call("SADD", set, member) end
    out[1] = out[1] + 1
  end
end
for i = 2, #KEYS do
  local kind = redis.call("TYPE", KEYS[i]).ok
  local r = kind == "hash" and read(KEYS[i])
  if not r and kind ~= "none" then
    unreadable[#unreadable + 1] = KEYS[i]
  elseif r then
    need(index(r), r.id, r.created)
    needIn(r.tag .. ":types:" .. r.tenant, r.type)
    needIn(r.tag .. ":tenants", r.tenant)
    for _, blob in pairs(r.blobs) do
      if blob then needIn(r.tag .. ":blobs", string.match(blob, "^%S+")) end
    end
    if ended[r.state] then
      need(r.tag .. ":ended", r.name, int(r.ended + ARGV[2]))
      if redis.call("HEXISTS", r.key, "c") == 1 or redis.call("HEXISTS", r.key, "f") == 1 or r.bytes then
        if not dry then redis.call("HDEL", r.key, "c", "f", "b") end
        out[2] = out[2] + 1
      end
    elseif r.state == "r" then
      need(r.tag .. ":lease", r.name .. ":" .. r.fence, int(now + ARGV[1]))
      if capped(r.owner) then needIn(r.tag .. ":runs:" .. r.tenant, r.id .. ":" .. r.fence) end
    elseif r.due ~= "0" then
      need(r.tag .. ":due", r.name, r.due)
    end
    if r.bytes and not ended[r.state] and not recounted[r.tenant]
        and redis.call("HEXISTS", r.tag .. ":bytes", r.tenant) == 0 then
      recounted[r.tenant] = true
      out[1] = out[1] + recount(r.tag, r.tenant, dry)
    end
    -- asynq keeps a task's key from its enqueue to its acknowledgement.
    if r.state == "w" then
      local shard = string.sub(r.tag, 1, -2)
      local task = "asynq:" .. shard .. "}" .. lanes[r.via] .. "}:t:" .. r.name .. ":" .. r.fence
      if redis.call("EXISTS", task) == 0 then
        undelivered[#undelivered + 1] = r.name
        undelivered[#undelivered + 1] = r.fence
      end
    end
  end
end
out[3] = #unreadable
for _, list in ipairs({ unreadable, undelivered }) do
  for _, v in ipairs(list) do out[#out + 1] = v end
end
return out
