package main

import (
	"testing"

	"github.com/classifyd/classifyd/api/wire"
)

func TestPlacesAreLookedUpWhereTheTextIsTheFiles(t *testing.T) {
	const content = "one\r\ntwo \U0001d11e three\nfour"
	for _, tt := range []struct {
		name  string
		match wire.Match
		want  span
		ok    bool
	}{
		{"first line", wire.Match{IDMatch: "one", Offset: 0, Length: 3}, span{1, 1, 1, 4}, true},
		{"behind a surrogate pair", wire.Match{IDMatch: "three", Offset: 12, Length: 5}, span{2, 8, 2, 13}, true},
		{"over lines", wire.Match{IDMatch: "three\nfour", Offset: 12, Length: 10, Location: wire.Location{Line: 2}}, span{2, 8, 3, 5}, true},
		{"last character", wire.Match{IDMatch: "r", Offset: 21, Length: 1}, span{3, 4, 3, 5}, true},
		{"beyond the end", wire.Match{IDMatch: "r?", Offset: 21, Length: 2}, span{}, false},
		{"another text there", wire.Match{IDMatch: "two", Offset: 0, Length: 3}, span{}, false},
		{"half of a pair", wire.Match{IDMatch: "x", Offset: 9, Length: 1}, span{}, false},
		{"in a file within", wire.Match{IDMatch: "one", Offset: 0, Length: 3, Location: wire.Location{Path: "a.txt"}}, span{}, false},
		{"negative", wire.Match{IDMatch: "one", Offset: -1, Length: 3}, span{}, false},
		{"empty", wire.Match{}, span{}, false},
	} {
		got, ok := newText(content).span(tt.match)
		if ok != tt.ok || got != tt.want {
			t.Errorf("%s: span = %v, %v; want %v, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
	if _, ok := newText("").span(wire.Match{IDMatch: "a", Length: 1}); ok {
		t.Error("there is a place in no text")
	}
}

func TestPlacesInFilesAreTold(t *testing.T) {
	for _, tt := range []struct {
		location wire.Location
		want     string
	}{
		{wire.Location{Line: 7}, "7"},
		{wire.Location{}, "offset 3"},
		{wire.Location{Part: "header", Line: 2}, "part header, line 2"},
		{wire.Location{Page: 4}, "page 4"},
		{wire.Location{Slide: 2}, "slide 2"},
		{wire.Location{Path: "reports.zip!/staff.xlsx", Sheet: "Pay", Cell: "B7"}, "reports.zip!/staff.xlsx, Pay!B7"},
		{wire.Location{Sheet: "people"}, "people"},
		{wire.Location{Cell: "B7"}, "B7"},
	} {
		if got := (&scanned{}).where(&wire.Match{Offset: 3, Location: tt.location}); got != tt.want {
			t.Errorf("where(%+v) = %q, want %q", tt.location, got, tt.want)
		}
	}
}
