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
	submitScript    = load("submit", false)
	takeScript      = load("take", false)
	dropScript      = load("drop", false)
	listScript      = load("list", false)
	countScript     = load("count", false)
	deliverScript   = load("deliver", true)
	claimScript     = load("claim", true)
	heartbeatScript = load("heartbeat", true)
	settleScript    = load("settle", true)
	againScript     = load("again", true)
	cancelScript    = load("cancel", true)
	forgetScript    = load("forget", true)
	watchScript     = load("watch", true)
	expireScript    = load("expire", true)
	sweepScript     = load("sweep", true)
	dueScript       = load("due", true)
	scrubScript     = load("scrub", true)
	straysScript    = load("strays", true)
	lockScript      = load("lock", true)
	leftoverScript  = load("leftover", true)
)

// load reads a script; those that change or read records get what they share
// in front.
func load(name string, record bool) *script {
	read := func(file string) string {
		b, err := scriptFiles.ReadFile("scripts/" + file + ".lua")
		if err != nil {
			panic(err) // the build lacks a file that it embeds by name
		}
		return string(b)
	}
	src := read(name)
	if record {
		src = read("record") + src
	}
	sum := sha1.Sum([]byte(src))
	return &script{name: name, src: src, sha: hex.EncodeToString(sum[:])}
}
