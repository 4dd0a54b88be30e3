package jobs

import (
	"context"
	"errors"
	"io"
	"testing"
)

func TestStoreErrorTellsFullFromAwayFromWrong(t *testing.T) {
	for _, tt := range []struct {
		err  string
		want string
	}{
		{"OOM command not allowed when used memory > 'maxmemory'. script: 5a, on @user_script:34.", "full"},
		// Redis 6 from a script, and before 7 there is no other way.
		{"ERR Error running script (call to f_5a): @user_script:34: @user_script: 34: -OOM command not allowed when used memory > 'maxmemory'. ", "full"},
		{"ERR Error running script (call to f_5a): @user_script:34: attempt to index a nil value", "wrong"},
		{"ERR unknown command", "wrong"},
		{"WRONGTYPE Operation against a key holding the wrong kind of value", "wrong"},
		{"ERR max number of clients reached", "away"},
		{"LOADING Redis is loading the dataset in memory", "away"},
		{"READONLY You can't write against a read only replica.", "away"},
	} {
		got := StoreError(redisError(tt.err))
		if what := kindOf(got); what != tt.want {
			t.Errorf("StoreError(%q) is %s, want %s", tt.err, what, tt.want)
		}
	}
	for _, err := range []error{io.EOF, context.DeadlineExceeded} {
		if what := kindOf(StoreError(err)); what != "away" {
			t.Errorf("StoreError(%v) is %s, want away", err, what)
		}
	}
}

// redisError is an answer that the client takes for one of Redis.
type redisError string

func (e redisError) Error() string { return string(e) }
func (redisError) RedisError()     {}

func kindOf(err error) string {
	if _, ok := errors.AsType[*BusyError](err); ok {
		return "full"
	}
	if errors.Is(err, ErrUnavailable) {
		return "away"
	}
	return "wrong"
}
