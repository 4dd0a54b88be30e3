package jobs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const layoutKey = "classifyd:layout"

// settleLayout reads the shards and the salt, which the first process to come
// writes.
func (q *Queue) settleLayout(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, q.opt.Deadline)
	defer cancel()
	layout, err := q.rdb.HMGet(ctx, layoutKey, "shards", "salt", "tags").Result()
	if err == nil && (layout[0] == nil || layout[1] == nil) {
		// Only now, since a full Redis refuses any write.
		salt := make([]byte, 16)
		_, _ = rand.Read(salt) // never fails
		layout, err = q.rdb.Eval(ctx, layoutScript.src, []string{layoutKey, "{" + layoutKey + "}:missing"},
			"shards", q.opt.Shards, "salt", hex.EncodeToString(salt), "tags", formatTags(spread(q.opt.Shards))).Slice()
	}
	if err == nil && len(layout) != 3 {
		err = fmt.Errorf("ERR %d fields", len(layout))
	}
	if err != nil {
		return StoreError(err)
	}
	shards, _ := layout[0].(string)
	if shards != strconv.Itoa(q.opt.Shards) {
		return fmt.Errorf("the jobs in this Redis are spread over %s shards, not %d: start with that number, "+
			"or stop the producers, let the workers finish and delete the key %s", shards, q.opt.Shards, layoutKey)
	}
	salt, _ := layout[1].(string)
	if q.salt, err = hex.DecodeString(salt); err != nil {
		return fmt.Errorf("key %s: %w", layoutKey, err)
	}
	tags, _ := layout[2].(string)
	if q.shards, err = parseTags(tags, q.opt.Shards); err != nil {
		return fmt.Errorf("key %s: %w", layoutKey, err)
	}
	q.span = int(slices.Max(q.shards)) + 1
	var queues []any
	for _, sh := range q.shards {
		for _, l := range lanes {
			queues = append(queues, sh.queue(l))
		}
	}
	_ = q.rdb.SAdd(ctx, "asynq:queues", queues...).Err() // a full Redis refuses, and the sweep tries again
	return nil
}

// spread names n shards so that each part of n equal parts of the hash slots
// has one: masters that share the slots evenly share the shards so, too. One
// shard alone is called s0.
func spread(n int) []shard {
	shards := make([]shard, n)
	if n == 1 {
		return shards
	}
	named := make([]bool, n)
	for sh, left := shard(0), n; left > 0; sh++ {
		if part := hashSlot(sh.tag()) * n / hashSlots; !named[part] {
			shards[part], named[part] = sh, true
			left--
		}
	}
	return shards
}

const hashSlots = 16384

// hashSlot is the slot of Redis Cluster in which the keys with a tag lie: the
// CRC16 of what is in the braces, as the Redis Cluster specification has it
// (polynomial 0x1021, nothing reflected, initially 0), modulo the slots.
func hashSlot(tag string) int {
	var crc uint16
	for _, b := range []byte(strings.Trim(tag, "{}")) {
		crc ^= uint16(b) << 8
		for range 8 {
			carry := crc&0x8000 != 0
			crc <<= 1
			if carry {
				crc ^= 0x1021
			}
		}
	}
	return int(crc) % hashSlots
}

func formatTags(shards []shard) string {
	tags := make([]string, len(shards))
	for i, sh := range shards {
		tags[i] = strings.Trim(sh.tag(), "{}")
	}
	return strings.Join(tags, " ")
}

// parseTags reads what formatTags wrote. A layout without tags is from when
// the shards were simply numbered.
func parseTags(tags string, n int) ([]shard, error) {
	if tags == "" {
		shards := make([]shard, n)
		for i := range shards {
			shards[i] = shard(i)
		}
		return shards, nil
	}
	var shards []shard
	for tag := range strings.FieldsSeq(tags) {
		digits, ok := strings.CutPrefix(tag, "s")
		number, err := strconv.ParseUint(digits, 10, 31)
		if !ok || err != nil || slices.Contains(shards, shard(number)) {
			return nil, fmt.Errorf("tags %q cannot be read", tags)
		}
		shards = append(shards, shard(number))
	}
	if len(shards) != n {
		return nil, fmt.Errorf("%d tags for %d shards", len(shards), n)
	}
	return shards, nil
}
