package servers_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs/jobtest"
)

// writes sets a key, and keeps trying while the master is away.
func writes(t *testing.T, db redis.UniversalClient, key string) {
	t.Helper()
	for db.Set(t.Context(), key, "x", 0).Err() != nil {
		if t.Context().Err() != nil {
			t.Fatal("nothing can be written")
		}
	}
}

func TestSentinelFailsOverAgainAndAgain(t *testing.T) {
	t.Parallel()
	s := jobtest.StartSentinel(t)
	db := redis.NewUniversalClient(s.Options())
	defer db.Close()
	for i := range 2 {
		writes(t, db, fmt.Sprint(i))
		for s.Replica.DB.DBSize(t.Context()).Val() < s.Master.DB.DBSize(t.Context()).Val() {
			time.Sleep(time.Millisecond) // what no replica has is lost with the master
		}
		s.Master.Kill()
		s.Promoted()
		writes(t, db, "after")
		s.Return()
		if n := s.Replica.DB.DBSize(t.Context()).Val(); n < 2 {
			t.Errorf("the server that returned has %d keys", n)
		}
	}
}

func TestClusterFailsOverAgainAndAgain(t *testing.T) {
	t.Parallel()
	c := jobtest.StartCluster(t, true)
	db := redis.NewUniversalClient(c.Options())
	defer db.Close()
	for range 2 {
		c.Masters[1].Kill()
		c.Promoted(1)
		c.Return(1)
		for k := range 20 {
			writes(t, db, fmt.Sprint(k))
		}
	}
}

func TestSlotMovesWithItsKeys(t *testing.T) {
	t.Parallel()
	c := jobtest.StartCluster(t, false)
	db := redis.NewUniversalClient(c.Options())
	defer db.Close()
	for k := range 10 {
		writes(t, db, fmt.Sprint("{a}", k))
	}
	for range 3 { // and home again
		moved := false
		c.Move("{a}", func() {
			moved = true
			if got := db.Get(t.Context(), "{a}3").Val(); got != "x" {
				t.Errorf("in the middle of the move a key is %q", got)
			}
		})
		if !moved {
			t.Error("the middle was left out")
		}
	}
	if got := db.Get(t.Context(), "{a}7").Val(); got != "x" {
		t.Errorf("after the moves a key is %q", got)
	}
}
