package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxWait is the longest that an answer is held back.
const maxWait = time.Minute

// A prefer is what a client would like of the answer (RFC 7240). What it does
// not say, or says in a way that makes no sense, is zero.
type prefer struct {
	wait     time.Duration // at most maxWait
	returns  string        // minimal or representation
	async    bool          // respond-async
	pageSize int           // odata.maxpagesize
}

func parsePrefer(h http.Header) prefer {
	var p prefer
	for _, line := range h.Values("Prefer") {
		for item := range strings.SplitSeq(line, ",") {
			token, _, _ := strings.Cut(item, ";")
			name, value, _ := strings.Cut(token, "=")
			value = strings.Trim(strings.TrimSpace(value), `"`)
			n, err := strconv.Atoi(value)
			number := err == nil && n > 0
			// RFC 7240 says that the first of several counts.
			switch name = strings.ToLower(strings.TrimSpace(name)); {
			case name == "wait" && number && p.wait == 0:
				p.wait = min(time.Duration(min(n, 3600))*time.Second, maxWait)
			case name == "return" && p.returns == "" && (strings.EqualFold(value, "minimal") || strings.EqualFold(value, "representation")):
				p.returns = strings.ToLower(value)
			case name == "respond-async":
				p.async = true
			case (name == "odata.maxpagesize" || name == "maxpagesize") && number && p.pageSize == 0:
				p.pageSize = min(n, maxTop)
			}
		}
	}
	return p
}

// applied tells the client which of its preferences the answer follows.
func applied(w http.ResponseWriter, preference string) {
	h := w.Header()
	if before := h.Get("Preference-Applied"); before != "" {
		preference = before + ", " + preference
	}
	h.Set("Preference-Applied", preference)
}

// outlast lets an answer take longer than the server's time for reading a
// request, which is read by now: when that is over, the server thinks that the
// client is gone, since it watches the connection by reading on.
func outlast(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
}

func (p prefer) waited() string { return "wait=" + strconv.Itoa(int(p.wait/time.Second)) }
