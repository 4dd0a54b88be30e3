package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/classifyd/classifyd/cmd/hammer/nemesis"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// A breach is a service that breaks a promise, by an edit of its scripts. The
// checker must notice, under the fault that brings it out.
var breaches = []struct {
	name    string
	edits   []edit
	fault   string
	workers int
	want    string // how a violation begins
}{
	{
		"a late worker may settle",
		[]edit{{"settle.lua", "if not r or r.fence ~= ARGV[1] then return 0 end", "if not r then return 0 end"}},
		"worker-stop", 3, "one end of a run is accepted",
	},
	{
		"a canceled job may be settled",
		[]edit{
			{"settle.lua", "if not r or r.fence ~= ARGV[1] then return 0 end", "if not r then return 0 end"},
			{"settle.lua", `if r.state ~= "r" then return 0 end`, ""},
			{"cancel.lua", `redis.call("PUBLISH", r.tag .. ":wake", r.name .. ":" .. r.fence)`, ""},
		},
		"script-flush", 3, "an ended job never changes",
	},
	{
		"any delivery starts its job",
		[]edit{{"take.lua", `if not r or r.state ~= "w" or r.fence ~= fence then return end`, "if not r then return end"}},
		"worker-term", 1, "an ended job never changes", // while the only worker is away, jobs are canceled that wait
	},
	{
		"content stays after the end",
		[]edit{{"record.lua", `redis.call("HDEL", r.key, "c", "f", "C", "F", "w", "b")`, ""}},
		"script-flush", 3, "Redis holds what the records ask for",
	},
	{
		"a repeated create makes the job anew",
		[]edit{{"submit.lua", "if old then", "if false then"}},
		"script-flush", 3, "a create that is repeated makes one job",
	},
	{
		"a dead worker's jobs stay with it",
		[]edit{{"again.lua", "if till and tonumber(till) > now then return nil end", "do return nil end"}},
		"worker-kill", 3, "an accepted job ends",
	},
}

// scriptsFrom has the queue read its scripts from a directory that the
// environment names, so that one build serves all breaches.
func scriptsFrom(jobs string) []edit {
	file := filepath.Join(jobs, "script.go")
	return []edit{
		{file, `scriptFiles.ReadFile("scripts/" + file + ".lua")`, `os.ReadFile(os.Getenv("SCRIPTS") + "/" + file + ".lua")`},
		{file, `"encoding/hex"`, `"encoding/hex"` + "\n\t" + `"os"`},
	}
}

func TestCheckCatchesBrokenServices(t *testing.T) {
	jobtest.NeedRedis(t)
	jobs, err := filepath.Abs("../../jobs")
	if err != nil {
		t.Fatal(err)
	}
	binary, err := buildOverlaid(t.Context(), t.TempDir(), scriptsFrom(jobs)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range breaches {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			scripts := t.TempDir()
			if err := os.CopyFS(scripts, os.DirFS(filepath.Join(jobs, "scripts"))); err != nil {
				t.Fatal(err)
			}
			for _, e := range b.edits {
				file := filepath.Join(scripts, e.file)
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(string(b), e.old) {
					t.Fatalf("%s does not hold %q", e.file, e.old)
				}
				if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(b), e.old, e.new)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			f, err := nemesis.Find(b.fault)
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for range 8 { // whether a fault meets the breach is a matter of chance
				tr := try(t, 4*time.Second, f)
				tr.command = []string{"env", "SCRIPTS=" + scripts, binary, daemonCommand}
				tr.workers = b.workers
				tr.drain = 15 * time.Second
				got, err := tr.run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range got.Violations {
					if strings.HasPrefix(v, b.want) {
						t.Log(v)
						return
					}
				}
				found = append(found, got.Violations...)
			}
			t.Errorf("found %q, want one of %q", found, b.want)
		})
	}
}
