package jobs

import (
	"crypto/sha1"
	"embed"
	"encoding/hex"
)

//go:embed scripts/*.lua
var scriptFiles embed.FS

// A script is one of the Lua files, one change of the store each.
type script struct {
	name string
	src  string
	sha  string
}

var (
	submitScript    = load("submit", "")
	takeScript      = load("take", "")
	dropScript      = load("drop", "")
	listScript      = load("list", "boxes")
	countScript     = load("count", "boxes")
	deliverScript   = load("deliver", "record")
	claimScript     = load("claim", "record")
	heartbeatScript = load("heartbeat", "record")
	settleScript    = load("settle", "record")
	againScript     = load("again", "record")
	cancelScript    = load("cancel", "record")
	forgetScript    = load("forget", "record")
	watchScript     = load("watch", "record")
	expireScript    = load("expire", "record")
	sweepScript     = load("sweep", "record")
	dueScript       = load("due", "record")
	scrubScript     = load("scrub", "record")
	straysScript    = load("strays", "record")
	lockScript      = load("lock", "record")
	leftoverScript  = load("leftover", "record")
)

// load reads a script and puts what it shares with others in front: record for
// those that change or read records, boxes for those that read the index.
func load(name, shared string) *script {
	read := func(file string) string {
		b, err := scriptFiles.ReadFile("scripts/" + file + ".lua")
		if err != nil {
			panic(err) // the build lacks a file that it embeds by name
		}
		return string(b)
	}
	src := read(name)
	if shared != "" {
		src = read(shared) + src
	}
	sum := sha1.Sum([]byte(src))
	return &script{name: name, src: src, sha: hex.EncodeToString(sum[:])}
}
