package jobs

import (
	"context"
	"crypto/sha1"
	"embed"
	"encoding/hex"
	"strings"

	"github.com/redis/go-redis/v9"
)

//go:embed scripts/*.lua
var scriptFiles embed.FS

// A script is one of the Lua files, one change of the store each.
type script struct {
	name string
	src  string
	sha  string
	each *script // several calls of it in one, or nil
	told bool    // its answer is a promise to someone outside
}

// ofRecords is what scripts that read or change records share.
var ofRecords = []string{"together", "event", "hold", "record"}

// ofBytes is what those share that look after what tenants hold, too.
var ofBytes = []string{"together", "event", "hold", "record", "bytes"}

var (
	submitScript    = promise(loadEach("submit", "together", "event"))
	layoutScript    = load("layout")
	takeScript      = load("take", ofRecords...)
	aloneScript     = load("alone", ofRecords...)
	dropScript      = load("drop")
	listScript      = load("list", "boxes")
	countScript     = load("count", "boxes")
	deliverScript   = load("deliver", ofRecords...)
	heartbeatScript = load("heartbeat", ofRecords...)
	settleScript    = promise(loadEach("settle", ofRecords...))
	againScript     = load("again", ofRecords...)
	cancelScript    = promise(load("cancel", ofRecords...))
	forgetScript    = promise(load("forget", ofRecords...))
	watchScript     = load("watch", ofRecords...)
	eventsScript    = load("events", ofRecords...)
	expireScript    = load("expire", ofRecords...)
	sweepScript     = load("sweep", ofRecords...)
	dueScript       = load("due", ofRecords...)
	entriesScript   = load("entries", ofBytes...)
	tasksScript     = load("tasks", ofRecords...)
	scrubScript     = load("scrub", ofBytes...)
	orphansScript   = load("orphans", ofRecords...)
	straysScript    = load("strays", ofRecords...)
	lockScript      = load("lock", ofRecords...)
	leftoverScript  = load("leftover", ofRecords...)
	depthScript     = load("depth", ofRecords...)
	pauseScript     = load("pause", ofRecords...)
	announceScript  = load("announce", ofRecords...)
	overviewScript  = load("overview", ofRecords...)
)

// scripts are all of them.
var scripts = []*script{
	submitScript, takeScript, dropScript, listScript, countScript, deliverScript, heartbeatScript, settleScript, againScript,
	cancelScript, forgetScript, watchScript, eventsScript, expireScript, sweepScript, dueScript, scrubScript, orphansScript,
	straysScript, lockScript, leftoverScript, depthScript, pauseScript, announceScript, overviewScript, layoutScript,
}

// load reads a script and puts what it shares with others in front: ofRecords
// for those that change or read records, boxes for those that read the index.
func load(name string, shared ...string) *script {
	return newScript(name, source(shared...)+source(name))
}

// loadEach is load for a script of which several calls, with as many keys and
// arguments each, can be made in one.
func loadEach(name string, shared ...string) *script {
	s := load(name, shared...)
	s.each = newScript("each "+name, source(shared...)+"local function one(KEYS, ARGV)\n"+source(name)+"end\n"+source("each"))
	return s
}

// queue puts a call of s into pl, by its source or by its digest. This is what
// pl.EvalSha does, but for a copy of each key.
func (s *script) queue(ctx context.Context, pl redis.Pipeliner, source bool, keys []string, args []any) *redis.Cmd {
	all := make([]any, 0, 3+len(keys)+len(args))
	if source {
		all = append(all, "eval", s.src)
	} else {
		all = append(all, "evalsha", s.sha)
	}
	all = append(all, len(keys))
	for i := range keys {
		all = append(all, &keys[i])
	}
	cmd := redis.NewCmd(ctx, append(all, args...)...)
	cmd.SetFirstKeyPos(3)
	_ = pl.Process(ctx, cmd) // which only queues it
	return cmd
}

// promise has a script wait for replicas, where Options ask for that.
func promise(s *script) *script {
	s.told = true
	return s
}

// unmoved takes away the last key of every call, that of missingKey, which is
// for Redis Cluster alone.
const unmoved = "table.remove(KEYS)\n"

// missingKey is a key of sh that never exists. Redis Cluster refuses a command
// with several keys of which one is missing as long as their slot moves from
// one server to another, and does nothing of it. Without that a script would
// begin and end in the middle, at the first key that is no longer there.
func (s shard) missingKey() string { return s.key("missing") }

func newScript(name, src string) *script {
	src = unmoved + src
	sum := sha1.Sum([]byte(src))
	return &script{name: name, src: src, sha: hex.EncodeToString(sum[:])}
}

func source(files ...string) string {
	var src strings.Builder
	for _, file := range files {
		b, err := scriptFiles.ReadFile("scripts/" + file + ".lua")
		if err != nil {
			panic(err) // the build lacks a file that it embeds by name
		}
		src.Write(b)
	}
	return src.String()
}
