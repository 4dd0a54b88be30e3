package jobs

import (
	"context"
	"errors"
	"sync"
)

// feeds are the tenants whose events someone in this process follows.
type feeds struct {
	q *Queue

	mu   sync.Mutex // guards open and every feed's readers
	open map[Tenant]*feed
}

// A feed reads one tenant's events for all who follow them in this process,
// and keeps the latest. Each reader goes on at its own pace; one that has
// fallen behind what is kept reads the rest by itself.
type feed struct {
	q       *Queue
	tenant  Tenant
	readers int
	stop    context.CancelFunc
	done    chan struct{} // closed when run has returned
	ready   chan struct{} // closed once the feed knows where it begins, or err
	err     error         // why it could not begin

	mu     sync.Mutex // guards all below
	kept   []entry    // the latest; never changed in place
	end    int        // number of the entry that will come next
	waking map[chan struct{}]bool
}

const feedKeeps = 1024 // entries, for readers that are somewhat slower than others

func newFeeds(q *Queue) *feeds { return &feeds{q: q, open: map[Tenant]*feed{}} }

// join returns the tenant's feed once it has begun: what changes from then on
// is among its entries. Every join that succeeds needs a leave.
func (fs *feeds) join(ctx context.Context, t Tenant) (*feed, error) {
	fs.mu.Lock()
	f := fs.open[t]
	if f == nil {
		f = &feed{q: fs.q, tenant: t, done: make(chan struct{}), ready: make(chan struct{}), waking: map[chan struct{}]bool{}}
		var running context.Context
		running, f.stop = context.WithCancel(context.Background())
		fs.open[t] = f
		go f.run(running)
	}
	f.readers++
	fs.mu.Unlock()
	select {
	case <-f.ready:
		if f.err == nil {
			return f, nil
		}
	case <-ctx.Done():
	}
	fs.leave(f)
	if ctx.Err() != nil {
		return nil, StoreError(context.Cause(ctx))
	}
	return nil, f.err
}

// leave ends a feed with its last reader. Whoever comes while readers of one
// that could not begin still leave it begins another.
func (fs *feeds) leave(f *feed) {
	fs.mu.Lock()
	f.readers--
	last := f.readers == 0
	if (last || f.failed()) && fs.open[f.tenant] == f {
		delete(fs.open, f.tenant)
	}
	fs.mu.Unlock()
	if last {
		f.stop()
		<-f.done
	}
}

func (f *feed) failed() bool {
	select {
	case <-f.ready:
		return f.err != nil
	default:
		return false
	}
}

func (f *feed) run(ctx context.Context) {
	defer close(f.done)
	// Listening comes before reading: a change in between is told.
	told, stop := f.q.told.listen(name(f.tenant))
	defer stop()
	at := make(place, len(f.q.shards))
	for i := range at {
		if _, at[i], _, f.err = f.q.readEvents(ctx, f.tenant, i, entryID{}); f.err != nil {
			break
		}
	}
	close(f.ready)
	if f.err != nil {
		return
	}
	for ctx.Err() == nil {
		again, err := f.read(ctx, at)
		switch {
		case errors.Is(err, ErrUnavailable):
			pause(ctx, nil, watchAway)
		case err != nil:
			if ctx.Err() == nil {
				f.q.log.Error("events not read", "tenant", f.tenant, "error", err)
			}
			pause(ctx, nil, watchReread)
		case !again:
			pause(ctx, told, watchReread)
		}
	}
}

// read takes in what came after at, and reports whether there may be more.
func (f *feed) read(ctx context.Context, at place) (again bool, err error) {
	for i := range at {
		entries, last, gap, err := f.q.readEvents(ctx, f.tenant, i, at[i])
		switch {
		case err != nil:
			return false, err
		case gap:
			at[i] = last
			f.skip()
		case len(entries) > 0:
			at[i] = entries[len(entries)-1].id
			f.add(entries)
			again = again || len(entries) == eventsRead
		}
	}
	return again, nil
}

func (f *feed) add(entries []entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.kept) >= 2*feedKeeps {
		// A new slice, since readers hold parts of the old one.
		f.kept = append(make([]entry, 0, 2*feedKeeps+eventsRead), f.kept[len(f.kept)-feedKeeps:]...)
	}
	f.kept = append(f.kept, entries...)
	f.end += len(entries)
	f.wake()
}

// skip leaves a hole: every reader has to read for itself and see what is lost.
func (f *feed) skip() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept = nil
	f.end++
	f.wake()
}

func (f *feed) wake() {
	for c := range f.waking {
		signal(c)
	}
}

// since returns the entries from number n on and the number of the one that
// will come next. It is not ok when some of them are no longer kept.
func (f *feed) since(n int) (entries []entry, end int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := f.end - len(f.kept)
	if n < first {
		return nil, f.end, false
	}
	return f.kept[n-first:], f.end, true
}

// listen returns a channel that is signalled when there are new entries.
func (f *feed) listen() (told <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waking[c] = true
	return c, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.waking, c)
	}
}
