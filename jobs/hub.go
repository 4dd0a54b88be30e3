package jobs

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"
)

// A hub hears, over one subscription a process, of the changes of watched
// jobs and of followed tenants, and tells those who wait for one. Both are
// known by their names in Redis, a tenant's being the one without a slash.
type hub struct {
	q *Queue

	stop    context.CancelFunc
	ctx     context.Context // of the subscription, until stop
	reading sync.WaitGroup

	mu         sync.Mutex // guards all below
	waiting    map[name]map[chan struct{}]bool
	subscribed bool // or being so
	closed     bool
}

func newHub(q *Queue) *hub {
	h := &hub{q: q, waiting: map[name]map[chan struct{}]bool{}}
	h.ctx, h.stop = context.WithCancel(context.Background())
	return h
}

// listen returns a channel that is signalled when n may have changed. The
// subscription starts with the first listener; once it stands, and whenever
// it had to be renewed, everyone is signalled to read again.
func (h *hub) listen(n name) (told <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiting[n] == nil {
		h.waiting[n] = map[chan struct{}]bool{}
	}
	h.waiting[n][c] = true
	if !h.subscribed && !h.closed {
		h.subscribed = true
		// It dials, for which nobody who has no need of it should wait.
		h.reading.Go(h.subscribe)
	}
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.waiting[n], c)
		if len(h.waiting[n]) == 0 {
			delete(h.waiting, n)
		}
	}
}

// subscribe hears of changes until the hub is closed.
func (h *hub) subscribe() {
	var channels []string
	for _, sh := range h.q.shards {
		channels = append(channels, sh.key("tell"))
	}
	sub := h.q.rdb.Subscribe(h.ctx, channels...)
	defer context.AfterFunc(h.ctx, func() { sub.Close() })()
	for e := range sub.ChannelWithSubscriptions() {
		switch e := e.(type) {
		case *redis.Message:
			h.tell(name(e.Payload))
		case *redis.Subscription:
			h.tellAll()
		}
	}
}

func (h *hub) tell(n name) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.waiting[n] {
		signal(c)
	}
}

func (h *hub) tellAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, cs := range h.waiting {
		for c := range cs {
			signal(c)
		}
	}
}

// signal leaves at most one signal in c.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (h *hub) close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.stop()
	h.reading.Wait()
}
