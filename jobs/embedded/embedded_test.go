package embedded_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs/embedded"
)

func start(t *testing.T) redis.UniversalClient {
	s := embedded.Start()
	t.Cleanup(s.Close)
	c := redis.NewUniversalClient(s.Options())
	t.Cleanup(func() { c.Close() })
	return c
}

func TestPipelinesMayBeAnyLength(t *testing.T) {
	c := start(t)
	long := strings.Repeat("x", 10_000)
	pl := c.Pipeline()
	for range 500 {
		pl.Echo(t.Context(), long)
	}
	if cmds, err := pl.Exec(t.Context()); err != nil || len(cmds) != 500 {
		t.Errorf("Exec of a long pipeline = %d answers, %v", len(cmds), err)
	}
}

func TestKeysExpireByThemselves(t *testing.T) {
	c := start(t)
	if err := c.Set(t.Context(), "k", "v", 20*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	for c.Exists(t.Context(), "k").Val() == 1 { // a clock that stands ends in the test's time limit
	}
}

func TestAServerIsEmptyAndForgetsAll(t *testing.T) {
	first, second := start(t), start(t)
	if err := first.Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := second.DBSize(t.Context()).Result(); n != 0 || err != nil {
		t.Errorf("a new server has %d keys, %v", n, err)
	}
}
