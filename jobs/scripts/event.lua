-- Tells who follows a tenant's jobs that one has a new state, by its
-- head, its meta and its errors, or that it was deleted, without any. The stream {shard}:e:TENANT is there only
-- while someone has read it lately; otherwise a script asks for it once.
local function event(tag, tenant, id, head, meta, errors)
  local stream = tag .. ":e:" .. tenant
  if learnt[stream] == nil then learnt[stream] = redis.call("EXISTS", stream) == 1 end
  if not learnt[stream] then return end
  redis.call("XADD", stream, "MAXLEN", "~", 10000, "*", "n", id, "s", head or "", "m", meta or "", "e", errors or "")
  redis.call("PUBLISH", tag .. ":tell", tenant)
end

