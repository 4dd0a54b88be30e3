package jobs

import (
	"fmt"
	"testing"
	"time"
)

// cloneScript makes ARGV 3 more jobs of the kind of KEYS 1, a second apart, from
// number ARGV 2 on. KEYS 2 is their index set, ARGV 1 the prefix of their records.
const cloneScript = `
local s, m = unpack(redis.call("HMGET", KEYS[1], "s", "m"))
local rest = string.match(m, "^%d+(.*)$")
for i = ARGV[2], ARGV[2] + ARGV[3] - 1 do
  local id = string.format("0198c0de-0000-7000-8000-%012d", i)
  local created = string.format("%.0f", 1700000000000000 + i * 1000000)
  redis.call("HSET", ARGV[1] .. id, "s", s, "m", created .. rest)
  redis.call("ZADD", KEYS[2], created, id)
end
return 1`

// BenchmarkList reads pages of 50, and counts, in tenants of different sizes:
// they should cost the same.
func BenchmarkList(b *testing.B) {
	for _, size := range []int{1_000, 1_000_000} {
		q := benchQueue(b)
		j, _, err := q.Submit(b.Context(), Submission{Tenant: "acme", Type: "a"})
		if err != nil {
			b.Fatal(err)
		}
		sh := shard(0)
		keys := []string{sh.record(nameOf("acme", j.ID)), sh.indexSet("acme", "notStarted/normal", "a")}
		const batch = 10_000
		for i := 0; i < size; i += batch {
			if err := q.rdb.Eval(b.Context(), cloneScript, keys, sh.record("acme/"), i, min(batch, size)).Err(); err != nil {
				b.Fatal(err)
			}
		}
		middle := time.Unix(1_700_000_000, 0).Add(time.Duration(size/2) * time.Second)
		for _, bb := range []struct {
			name  string
			boxes []Box
		}{
			{"all", nil},
			{"except", []Box{{Except: []string{"b"}}}},
			{"boxes", []Box{{To: middle, Types: []string{"a"}}, {From: middle, States: []State{NotStarted}, Except: []string{"c"}}}},
		} {
			query := Query{Boxes: bb.boxes, After: Cursor{Created: middle, ID: j.ID}}
			b.Run(fmt.Sprintf("page/%s/%d", bb.name, size), func(b *testing.B) {
				for b.Loop() {
					n := 0
					for _, err := range q.List(b.Context(), "acme", query) {
						if err != nil {
							b.Fatal(err)
						}
						if n++; n == 50 {
							break
						}
					}
				}
			})
			b.Run(fmt.Sprintf("count/%s/%d", bb.name, size), func(b *testing.B) {
				for b.Loop() {
					if _, err := q.Count(b.Context(), "acme", query); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
