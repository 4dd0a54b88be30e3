package main

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs/jobtest"
)

// TestBackupUnderLoadIsRestored does what the operator's manual says.
func TestBackupUnderLoadIsRestored(t *testing.T) {
	programs := operatorsPrograms(t)
	backup, restore := programs[1], programs[2]
	f := startFleet(t, "everysec")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()

	// Of what the backup must have some has ended by then, some runs and some waits.
	api, worker := f.start("api"), f.start("worker")
	f.submit(ctx, api.base, 200, 50)
	f.running(ctx, 20)
	backup.Text = strings.ReplaceAll(backup.Text, "redis://redis.internal:6379", "redis://"+f.redis.Options().Addrs[0])
	backup.Run(t, dir)
	kept := f.accepted
	f.submit(ctx, api.base, 50, 50)
	api.kill()
	worker.kill()
	f.redis.Kill()

	_, port, _ := net.SplitHostPort(freeAddress(t))
	restore.Text = strings.ReplaceAll(restore.Text, "6380", port)
	restore.Run(t, dir)
	f.redis = jobtest.Configured(t, "../../deploy/redis.conf", filepath.Join(dir, "data"))
	says(t, "doctor", "--dry-run", "--redis", "redis://"+f.redis.Options().Addrs[0])
	api = f.start("api")
	f.start("worker")
	f.settled = map[string]int{} // what ended since the backup runs again
	f.accepted = kept
	f.check(ctx, api.base, len(kept))
}
