package jobs

import (
	"math/rand/v2"
	"time"
)

// A backoffClass bounds the wait before the next attempt: a random time up to
// base doubled for each attempt before, but at most limit ("full jitter").
type backoffClass struct{ base, limit time.Duration }

// backoffs by error class; what is not listed uses the class of handlerFailed.
var backoffs = map[Code]backoffClass{
	HandlerFailed: {base: time.Second, limit: time.Minute},
	InternalError: {base: 250 * time.Millisecond, limit: 10 * time.Second},
}

const maxRetryAfter = time.Hour // what an error may ask for

// backoff is the wait after the attempt that ended with e; tries counts the
// attempts that failed before it. What e asks for is
// the least, within reason.
func backoff(e *Error, tries int) time.Duration {
	c, ok := backoffs[e.Code]
	if !ok {
		c = backoffs[HandlerFailed]
	}
	d := rand.N(min(c.base<<min(tries, 20), c.limit)) + time.Millisecond
	return max(d.Truncate(time.Millisecond), min(e.RetryAfter, maxRetryAfter))
}
