package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/classifyd/classifyd/api/wire"
)

// A mediaRange is one item of an Accept header (RFC 9110, section 12.5.1).
type mediaRange struct {
	media    string  // in lower case: application/json, application/* or */*
	metadata string  // odata.metadata, "" when it says nothing
	weight   float64 // 0: not this
}

// mediaRanges reads the Accept lines. Without any, everything is welcome.
func mediaRanges(h http.Header) []mediaRange {
	lines := h.Values("Accept")
	if len(lines) == 0 {
		return []mediaRange{{media: "*/*", weight: 1}}
	}
	var ranges []mediaRange
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			media, params, _ := strings.Cut(item, ";")
			m := mediaRange{media: strings.ToLower(strings.TrimSpace(media)), weight: 1}
			for p := range strings.SplitSeq(params, ";") {
				name, value, _ := strings.Cut(p, "=")
				value = strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`))
				switch strings.ToLower(strings.TrimSpace(name)) {
				case "q":
					m.weight, _ = strconv.ParseFloat(value, 64) // what is no number weighs nothing
				case "odata.metadata":
					m.metadata = value
				}
			}
			ranges = append(ranges, m)
		}
	}
	return ranges
}

// fit is how closely m names an answer of a media type and, for JSON, with an
// amount of metadata; 0 when it does not.
func (m mediaRange) fit(media, metadata string) int {
	kind, _, _ := strings.Cut(media, "/")
	switch {
	case m.metadata != "" && m.metadata != metadata:
		return 0
	case m.media == media && m.metadata != "":
		return 4
	case m.media == media:
		return 3
	case m.media == kind+"/*":
		return 2
	case m.media == "*/*":
		return 1
	}
	return 0
}

// negotiate picks how much metadata the client wants in JSON, and reports
// whether it takes the answers of a route at all: JSON, or what else the route
// produces.
func negotiate(h http.Header, produces string) (metadata string, ok bool) {
	if accept := h["Accept"]; len(accept) == 0 || len(accept) == 1 && (accept[0] == "*/*" || accept[0] == plainJSON && produces == "") {
		return wire.MinimalMetadata, true // what the rest would find, as most callers have it
	}
	ranges := mediaRanges(h)
	// The range that fits best has the say on an answer.
	judge := func(media, metadata string) (weight float64, fit int) {
		for _, m := range ranges {
			if f := m.fit(media, metadata); f > fit {
				weight, fit = m.weight, f
			}
		}
		return weight, fit
	}
	var best float64
	var closest int
	for _, candidate := range []string{wire.MinimalMetadata, wire.NoMetadata, wire.FullMetadata} {
		weight, fit := judge("application/json", candidate)
		if weight > best || weight == best && weight > 0 && fit > closest {
			metadata, best, closest = candidate, weight, fit
		}
	}
	if metadata == "" && produces != "" {
		best, _ = judge(produces, "")
	}
	return metadata, best > 0
}

// quality is the weight that a header like Accept-Encoding gives to value,
// exactly as spelled, or else to *.
func quality(h http.Header, name, value string) float64 {
	weights := map[string]float64{}
	for _, line := range h.Values(name) {
		for item := range strings.SplitSeq(line, ",") {
			token, params, _ := strings.Cut(item, ";")
			weight := 1.0
			for p := range strings.SplitSeq(params, ";") {
				if k, v, ok := strings.Cut(p, "="); ok && strings.EqualFold(strings.TrimSpace(k), "q") {
					weight, _ = strconv.ParseFloat(strings.TrimSpace(v), 64)
				}
			}
			weights[strings.ToLower(strings.TrimSpace(token))] = weight
		}
	}
	for _, name := range []string{value, "*"} {
		if weight, ok := weights[name]; ok {
			return weight
		}
	}
	return 0
}
