// Package embedded is a Redis inside the process, for trying classifyd out
// and for tests. It keeps everything in memory and forgets it at the end; it
// listens on no port, so nobody else can read what is in it.
package embedded

import (
	"context"
	"net"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// A Server is one embedded Redis. Its keys expire as its clock, the process'
// own, goes on.
type Server struct {
	m *miniredis.Miniredis
}

// Start returns a running, empty server.
func Start() *Server {
	m := miniredis.NewMiniRedis()
	m.ClockTTL(true)
	return &Server{m}
}

// Options reach the server through pipes in memory.
func (s *Server) Options() *redis.UniversalOptions {
	return &redis.UniversalOptions{
		// Numeric, since a client may look a name up.
		Addrs: []string{"127.0.0.1:6379"},
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			c, err := s.m.Dial()
			if err != nil {
				return nil, err
			}
			return newConn(c), nil
		},
		PoolSize: 64,
		// There is no failover to be notified of.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// Close ends the server and all connections to it.
func (s *Server) Close() { s.m.Close() }
