package app

import (
	"fmt"
	"net"
	"net/netip"
)

// greet tells whoever sits before the terminal what runs and how to try it.
func (a *App) greet() {
	if a.handlers != nil {
		types := make([]string, len(a.handlers))
		for i, h := range a.handlers {
			types[i] = h.Type
		}
		a.log.Info("serving job types", "types", types, "concurrency", a.opts.Concurrency)
	}
	if a.server == nil {
		return
	}
	base := "http://"
	if a.server.TLSConfig != nil {
		base = "https://"
	}
	base += reachable(a.Addr())
	try := "Open it in a browser, or try"
	if a.opts.NoPage {
		try = "Try"
	}
	fmt.Fprintf(a.opts.Out, `classifyd listens on %s. %s:

  curl -s %s/beta/dataClassification/classifyText \
    -H 'Content-Type: application/json' -H 'Prefer: wait=10' \
    -d '{"text":"Visa card 4111 1111 1111 1111, expires 12/29"}'

`, base, try, base)
	if a.opts.Redis == "" {
		fmt.Fprintln(a.opts.Out, "Redis is embedded: jobs and results are gone when this process ends. Keep them with --redis.")
	}
}

// reachable turns the address of a listener on all interfaces into one that a
// client on this machine can call.
func reachable(addr string) string {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || !ap.Addr().IsUnspecified() {
		return addr
	}
	return net.JoinHostPort("localhost", fmt.Sprint(ap.Port()))
}
