package embedded_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs/embedded"
)

func TestKeysExpireAsTheClockGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := embedded.Start()
		defer s.Close()
		c := redis.NewUniversalClient(s.Options())
		defer c.Close()
		if err := c.Set(t.Context(), "k", "v", 10*time.Second).Err(); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int64{1, 0} {
			if n := c.Exists(t.Context(), "k").Val(); n != want {
				t.Errorf("EXISTS = %d, want %d", n, want)
			}
			time.Sleep(10 * time.Second)
		}
	})
}

func TestManyLongCommandsGoInOnePipeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := embedded.Start()
		defer s.Close()
		c := redis.NewUniversalClient(s.Options())
		defer c.Close()
		start := time.Now()
		p := c.Pipeline()
		for range 200 {
			p.Echo(t.Context(), strings.Repeat("x", 10_000))
		}
		answers, err := p.Exec(t.Context())
		if err != nil || len(answers) != 200 {
			t.Errorf("%d answers, %v", len(answers), err)
		}
		// Neither end may wait for the other to read, until a deadline frees it.
		if took := time.Since(start); took > 0 {
			t.Errorf("took %v of a clock that stands still while anyone works", took)
		}
	})
}
