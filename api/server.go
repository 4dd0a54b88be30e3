package api

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"
)

// ServerOptions say what clients of a server may take of its time and memory.
// The zero value works.
type ServerOptions struct {
	Log *slog.Logger // none: silent

	HeaderTime  time.Duration // for a request's header, 5 s
	RequestTime time.Duration // for a whole request or, where that is a file, for each piece of it, 30 s
	IdleTime    time.Duration // between two requests on a connection, 2 m
	MaxHeader   int           // bytes of a request's header, 64 KiB; net/http allows 4 KiB more
}

// answerTime is how long an answer may take.
const answerTime = maxWait + time.Minute

// NewServer returns a server for h that a slow client cannot keep busy. An
// answer has a minute more than the longest wait that can be asked for.
func NewServer(h http.Handler, o ServerOptions) *http.Server {
	log := cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: cmp.Or(o.HeaderTime, 5*time.Second),
		ReadTimeout:       cmp.Or(o.RequestTime, 30*time.Second),
		WriteTimeout:      answerTime,
		IdleTimeout:       cmp.Or(o.IdleTime, 2*time.Minute),
		MaxHeaderBytes:    cmp.Or(o.MaxHeader, 64<<10),
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
