package main

import (
	"context"
	"errors"
	"os"
	"runtime/pprof"
	"syscall"
	"time"
)

// A meter runs while jobs are submitted or drained.
type meter struct {
	arena   *arena
	profile *os.File
	start   time.Time
	cpu     time.Duration
	redis   time.Duration
}

// usage is what n jobs took.
type usage struct {
	perSecond float64
	cpu       float64 // µs of this process a job, both user and system
	redis     float64 // µs of Redis a job
}

func (a *arena) meter(ctx context.Context) (*meter, error) {
	m := &meter{arena: a}
	if a.profile != "" {
		f, err := os.Create(a.profile)
		if err != nil {
			return nil, err
		}
		m.profile = f
		if err := pprof.StartCPUProfile(f); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	var err error
	if m.redis, err = a.redis.cpu(ctx); err != nil {
		return nil, err
	}
	m.cpu, m.start = ownCPU(), time.Now()
	return m, nil
}

func (m *meter) stop(ctx context.Context, n int) (usage, error) {
	took, cpu := time.Since(m.start), ownCPU()-m.cpu
	redis, err := m.arena.redis.cpu(ctx)
	if m.profile != nil {
		pprof.StopCPUProfile()
		err = errors.Join(err, m.profile.Close())
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(n) }
	return usage{perSecond: float64(n) / took.Seconds(), cpu: each(cpu), redis: each(redis - m.redis)}, err
}

// ownCPU is the processor time of this process so far.
func ownCPU() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err) // it cannot fail for the process itself
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
