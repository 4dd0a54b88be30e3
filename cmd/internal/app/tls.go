package app

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookAgain is how often at most a certificate's files are looked at.
const lookAgain = 5 * time.Second

// A keyPair is a pair of files that may be replaced while it is in use.
type keyPair struct {
	certFile, keyFile string
	log               *slog.Logger

	mu     sync.Mutex // guards all below
	pair   *tls.Certificate
	stamp  string    // of the files that pair was read from
	looked time.Time // at the files
}

// load reads the files, which must be fit.
func (c *keyPair) load() error {
	stamp := c.stampNow()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("--tls-cert and --tls-key: %w", err)
	}
	c.pair, c.stamp, c.looked = &pair, stamp, time.Now()
	return nil
}

// get is the certificate for a handshake. While the files are not fit, as in
// the middle of their replacement, it is the one that was.
func (c *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) >= lookAgain {
		c.looked = time.Now()
		if c.stampNow() != c.stamp {
			if err := c.load(); err != nil {
				c.log.Warn("certificate stays as it is", "error", err)
			} else {
				c.log.Info("certificate replaced")
			}
		}
	}
	return c.pair, nil
}

// stampNow tells one state of the files from another. A link in their path, as
// Kubernetes has it, is followed.
func (c *keyPair) stampNow() (stamp string) {
	for _, file := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(file); err == nil {
			stamp += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), " ")
		}
	}
	return stamp
}
