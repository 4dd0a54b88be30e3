-- scrub: mends what records of a shard miss: their entries in due, lease, ended and the index.
-- KEYS 1 sweep, then the records
-- ARGV 1 lease in µs  2 retention in µs  3 cursor of the scan that found the records, where the next pass goes on
-- Returns {mended, then TENANT/ID and fence of each record that waits without a delivery}.
evenfull(KEYS[1])
redis.call("HSET", KEYS[1], "scrubbed", ARGV[3])
local now = clock()
local out = { 0 }
local function need(set, member, score)
  if not redis.call("ZSCORE", set, member) then
    redis.call("ZADD", set, score, member)
    out[1] = out[1] + 1
  end
end
for i = 2, #KEYS do
  local r = read(KEYS[i])
  if r then
    need(index(r), r.id, r.created)
    redis.call("SADD", r.tag .. ":types:" .. r.tenant, r.type)
    redis.call("SADD", r.tag .. ":tenants", r.tenant)
    for _, blob in pairs(r.blobs) do
      if blob then out[1] = out[1] + redis.call("SADD", r.tag .. ":blobs", string.match(blob, "^%S+")) end
    end
    if ended[r.state] then
      need(r.tag .. ":ended", r.name, int(r.ended + ARGV[2]))
    elseif r.state == "r" then
      need(r.tag .. ":lease", r.name .. ":" .. r.fence, int(now + ARGV[1]))
    elseif r.due ~= "0" then
      need(r.tag .. ":due", r.name, r.due)
    end
    -- asynq keeps a task's key from its enqueue to its acknowledgement.
    if r.state == "w" then
      local shard = string.sub(r.tag, 1, -2)
      local task = "asynq:" .. shard .. "}" .. lanes[r.via] .. "}:t:" .. r.name .. ":" .. r.fence
      if redis.call("EXISTS", task) == 0 then
        out[#out + 1] = r.name
        out[#out + 1] = r.fence
      end
    end
  end
end
return out
