-- forget: the record and everything that lists it are deleted, whatever its state.
-- KEYS 1 record
-- ARGV 1 ETag's first fence, "" for any  2 ETag's version  3 nonce of the call
-- Returns 1, also when this very call is sent again, -1 when the record has another version, 0 when there is none.
local sent = string.match(KEYS[1], "^{.-}") .. ":forgot:" .. ARGV[3]
if redis.call("EXISTS", sent) == 1 then return 1 end
local r = read(KEYS[1])
if not r then return 0 end
if ARGV[1] ~= "" and (ARGV[1] ~= r.first or ARGV[2] ~= r.version) then return -1 end
if r.state == "r" then redis.call("PUBLISH", r.tag .. ":wake", r.name .. ":" .. r.fence) end
local watched = r.watched and tonumber(r.watched) > clock()
erase(r)
redis.call("SET", sent, "", "PX", 5000) -- longer than a call lasts
if watched then redis.call("PUBLISH", r.tag .. ":tell", r.name) end
return 1
