package app

import (
	"crypto/tls"
	"fmt"
	"log/slog"
)

// keyPair is the certificate of the API, whose files may be replaced.
func keyPair(certFile, keyFile string, log *slog.Logger) (*replaceable[*tls.Certificate], error) {
	c := &replaceable[*tls.Certificate]{what: "certificate", files: []string{certFile, keyFile}, log: log}
	c.read = func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return nil, fmt.Errorf("--tls-cert and --tls-key: %w", err)
		}
		return &pair, nil
	}
	return c, c.load()
}
