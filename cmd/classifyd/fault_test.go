package main

import (
	"context"
	"syscall"
	"testing"
	"time"
)

// These tests run real processes against a real Redis and do to them what
// machines do. None of them judges a time; those they log.

func TestKilledWorkersJobsAreTakenOver(t *testing.T) {
	f := startFleet(t, "everysec")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	api := f.start("api")
	workers := []*process{f.start("worker"), f.start("worker"), f.start("worker")}
	go func() {
		for i, w := range workers[:2] {
			time.Sleep(time.Second + time.Duration(i)*300*time.Millisecond)
			w.kill()
		}
	}()
	f.submit(ctx, api.base, 1000, 50)
	killed := time.Now()
	f.check(ctx, api.base, 1000)
	t.Logf("all ended %v after the last create", time.Since(killed).Round(time.Millisecond))
}

// With appendfsync everysec Redis itself may lose what it acknowledged in its
// last second, which the faults of hammer's check wait out.
func TestRedisKilledUnderLoadLosesNothing(t *testing.T) {
	f := startFleet(t, "always")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	api := f.start("api")
	f.start("worker")
	f.start("worker")
	restarted := make(chan time.Time, 1)
	go func() {
		time.Sleep(700 * time.Millisecond)
		f.redis.Kill()
		time.Sleep(1500 * time.Millisecond)
		f.redis.Restart()
		restarted <- time.Now()
	}()
	f.submit(ctx, api.base, 1500, 5)
	back := <-restarted
	t.Logf("all accepted %v after Redis came back", time.Since(back).Round(time.Millisecond))
	f.check(ctx, api.base, 1500)
	t.Logf("all ended %v after Redis came back", time.Since(back).Round(time.Millisecond))
}

func TestWorkerStoppedPastItsLeaseSettlesNothing(t *testing.T) {
	f := startFleet(t, "everysec")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	api := f.start("api")
	frozen := f.start("worker")
	f.submit(ctx, api.base, 8, 3000) // one for each slot of the frozen worker
	f.running(ctx, 8)
	frozen.signal(syscall.SIGSTOP)
	f.start("worker")
	// Its jobs end elsewhere, since its lease ends; only then may it go on.
	f.check(ctx, api.base, 8)
	frozen.signal(syscall.SIGCONT)
	time.Sleep(4 * time.Second) // its handlers have answered long ago, now it settles what they said
	f.check(ctx, api.base, 8)
}

func TestRollingRestartUnderLoadLosesNothing(t *testing.T) {
	f := startFleet(t, "everysec")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	api := f.start("api")
	workers := []*process{f.start("worker"), f.start("worker")}
	submitted := make(chan struct{})
	go func() {
		defer close(submitted)
		f.submit(ctx, api.base, 1000, 20)
	}()
	for i := range workers {
		time.Sleep(500 * time.Millisecond)
		next := f.start("worker")
		workers[i].terminate()
		workers[i] = next
	}
	<-submitted
	f.check(ctx, api.base, 1000)

	// What runs longer than the grace is handed back.
	f.submit(ctx, api.base, 4, 6000)
	last := f.start("worker")
	for _, w := range workers {
		w.terminate()
	}
	f.check(ctx, api.base, 1004)
	last.terminate()
}
