package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestPrivateRedisKeepsJobsOverARestartAndInABackup(t *testing.T) {
	jobtest.NeedRedis(t)
	dir := filepath.Join(t.TempDir(), "data")
	args := []string{"--redis", "auto", "--data", dir, "--inline", "100"}
	s := listening(t, args...)
	_, job := s.call(t, "POST", "/classifyText", `{"text":"Visa 4539 5787 6362 1486"}`, "Prefer", "wait=30")
	if job["status"] != "succeeded" {
		t.Fatalf("job %v", job)
	}
	if _, err := New(t.Context(), mustFlags(t, append(args, "--listen", "127.0.0.1:0")...)); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second process on the same data: %v", err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	backup := t.TempDir()
	if err := os.CopyFS(backup, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{dir, backup} {
		again := listening(t, "--redis", "auto", "--data", data, "--inline", "100")
		// With its result, which is a blob.
		if status, kept := again.call(t, "GET", "/jobs/"+job["id"].(string), ""); status != 200 || kept["result"] == nil {
			t.Errorf("from %s: %d %v", data, status, kept)
		}
	}
}

func TestPrivateRedisIsStartedAgainWhenItDies(t *testing.T) {
	jobtest.NeedRedis(t)
	s := listening(t, "--redis", "auto", "--data", t.TempDir())
	_, job := s.call(t, "POST", "/classifyText", `{"text":"Visa 4539 5787 6362 1486"}`, "Prefer", "wait=30")

	ro, err := redisOptions(&Options{Redis: "redis://127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	s.redis.reach(ro)
	c := redis.NewUniversalClient(ro)
	defer c.Close()
	id := func() string {
		info, _ := c.Info(t.Context(), "server").Result()
		_, rest, _ := strings.Cut(info, "run_id:")
		return strings.SplitN(rest, "\r", 2)[0]
	}
	first := id()
	if err := c.Do(t.Context(), "shutdown", "nosave", "now", "force").Err(); err == nil {
		t.Fatal("it did not end")
	}
	for next := first; next == first || next == ""; next = id() {
		if t.Context().Err() != nil {
			t.Fatal("it is not started again")
		}
	}
	if status, kept := s.call(t, "GET", "/jobs/"+job["id"].(string), ""); status != 200 {
		t.Errorf("after the death of Redis: %d %v", status, kept)
	}
}

func TestPrivateRedisEndsWithTheProcess(t *testing.T) {
	jobtest.NeedRedis(t)
	s := listening(t, "--redis", "auto", "--data", t.TempDir())
	runs := s.redis.runs
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.redis.done:
	default:
		t.Error("the server is still supervised")
	}
	if _, err := os.Stat(runs); !os.IsNotExist(err) {
		t.Errorf("its socket is left: %v", err)
	}
}

func TestPrivateRedisNeedsWhatItIsFor(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"--redis auto", "--redis auto: needs --data"},
		{"--data x", "--data: needs --redis auto"},
		{"--redis auto --data x --role api", "--role api: needs --redis with a URL"},
		{"--redis auto --data x --redis-password-file y", "--redis-password-file: needs --redis with a URL"},
		{"--redis auto --data x --redis-ca y", "--redis-ca: needs --redis with a URL"},
		{"--redis auto --data x --redis-cert y", "--redis-cert: needs --redis with a URL"},
		{"--redis auto --data x --redis-key y", "--redis-key: needs --redis with a URL"},
		{"--redis auto --data x --redis-server-name y", "--redis-server-name: needs --redis with a URL"},
		{"--redis auto --data x --sentinel-user y", "--sentinel-user: needs --redis with a URL"},
		{"--redis auto --data x --sentinel-password-file y", "--sentinel-password-file: needs --redis with a URL"},
		{"--redis auto --data x --wait-replicas 1", "--wait-replicas: needs --redis with a URL"},
	} {
		if _, err := flags(strings.Fields(tt.args)...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error = %v, want %s...", tt.args, err, tt.want)
		}
	}
}
