-- scrub: mends what records of a shard miss: their entries in due, lease, ended and the index.
-- KEYS the records
-- ARGV 1 lease in µs  2 retention in µs
-- Returns {mended, then TENANT/ID and fence of each record that waits without a delivery}.
evenfull(KEYS[1])
local now = clock()
local out = { 0 }
local function need(set, member, score)
  if not redis.call("ZSCORE", set, member) then
    redis.call("ZADD", set, score, member)
    out[1] = out[1] + 1
  end
end
for _, key in ipairs(KEYS) do
  local r = read(key)
  if r then
    need(index(r), r.id, r.created)
    redis.call("SADD", r.tag .. ":types:" .. r.tenant, r.type)
    redis.call("SADD", r.tag .. ":tenants", r.tenant)
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
