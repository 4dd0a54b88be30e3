package app

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookAgain is how often at most files that may be replaced are looked at.
const lookAgain = 5 * time.Second

// A replaceable value is read from files that may be replaced while it is in
// use.
type replaceable[T any] struct {
	what  string // for the log
	files []string
	read  func() (T, error)
	log   *slog.Logger

	mu     sync.Mutex // guards all below
	value  T
	stamp  string    // of the files that value was read from
	looked time.Time // at the files
}

// load reads the files, which must be fit. It is called before all else.
func (r *replaceable[T]) load() error {
	stamp := r.stampNow()
	value, err := r.read()
	if err != nil {
		return err
	}
	r.value, r.stamp = value, stamp
	return nil
}

// get is the value. While the files are not fit, as in the middle of their
// replacement, it is the one that was.
func (r *replaceable[T]) get() T { return r.lookedAt(lookAgain) }

// now is the value as the files are at this moment, likewise.
func (r *replaceable[T]) now() T { return r.lookedAt(0) }

func (r *replaceable[T]) lookedAt(age time.Duration) T {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.looked) >= age && r.stampNow() != r.stamp {
		if err := r.load(); err != nil {
			r.log.Warn(r.what+" stays as it is", "error", err)
		} else {
			r.log.Info(r.what + " replaced")
		}
	}
	return r.value
}

// stampNow tells one state of the files from another. A link in their path, as
// Kubernetes has it, is followed.
func (r *replaceable[T]) stampNow() (stamp string) {
	r.looked = time.Now()
	for _, file := range r.files {
		if info, err := os.Stat(file); err == nil {
			stamp += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), " ")
		}
	}
	return stamp
}
