package odata

import (
	"errors"
	"strings"
	"testing"
)

func TestLimitsHoldAtTheirEdges(t *testing.T) {
	repeat := func(s, between string, n int) string {
		return strings.TrimSuffix(strings.Repeat(s+between, n), between)
	}
	for _, tt := range []struct {
		name   string
		filter func(n int) string
		most   int
		pos    int // of the error one above
	}{
		{"bytes", func(n int) string { return "type eq '" + strings.Repeat("x", n-10) + "'" }, MaxFilter, 0},
		{"parentheses", func(n int) string { return strings.Repeat("(", n) + "true" + strings.Repeat(")", n) }, MaxDepth, 33},
		{"nots", func(n int) string { return strings.Repeat("not ", n) + "true" }, MaxDepth, 129},
		{"nots and parentheses", func(n int) string {
			return repeat("not(", "", n/2) + strings.Repeat("not ", n%2) + "true" + repeat(")", "", n/2)
		}, MaxDepth, 65},
		{"nodes", func(n int) string { return repeat("true", " or ", n-1) }, MaxNodes, 1},
		{"nodes of comparisons with false", func(n int) string { return "true" + repeat(" eq false", "", n-1) }, MaxNodes, 1},
		{"list", func(n int) string { return "attempts in (" + repeat("1", ",", n) + ")" }, MaxIn, 214},
	} {
		if e, err := ParseFilter(tt.filter(tt.most), jobs); err != nil {
			t.Errorf("%s: %d are refused: %v", tt.name, tt.most, err)
		} else if again, err := ParseFilter(filterText(e), jobs); err != nil || again.String() != e.String() {
			t.Errorf("%s: the tree of %d cannot be written and read again: %v", tt.name, tt.most, err)
		}
		_, err := ParseFilter(tt.filter(tt.most+1), jobs)
		if got, ok := errors.AsType[*Error](err); !ok || got.Option != "$filter" || got.Pos != tt.pos {
			t.Errorf("%s: %d give %v, want an error of $filter at position %d", tt.name, tt.most+1, err, tt.pos)
		}
	}
}

func TestParseTakesOnlyThePathsOptions(t *testing.T) {
	q, err := Parse("filter=attempts eq 1", jobs, Filter)
	if err != nil || q.Filter.String() != "(eq attempts 1)" {
		t.Errorf("Parse with $filter only = %+v, %v", q, err)
	}
	_, err = Parse("filter=attempts eq 1&$top=1", jobs, Filter)
	if got, ok := errors.AsType[*Error](err); !ok || got.Option != "$top" {
		t.Errorf("Parse with $filter only gives %v for $top, want an error that names it", err)
	}
}

func TestBindingTellsQuestionsApartAndPagesNot(t *testing.T) {
	binding := func(query string) string {
		q, err := Parse(query, jobs)
		if err != nil {
			t.Fatalf("Parse(%q): %v", query, err)
		}
		return q.Binding()
	}
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"$filter=status eq 'failed'&$top=2", "count=true&filter=(STATUS+eq+'FAILED')&$skiptoken=x&$select=id", true},
		{"$orderby=creationDateTime asc", "$orderby=creationdatetime", true},
		{"$orderby=creationDateTime", "$orderby=creationDateTime desc", false},
		{"", "$filter=true", false},
		{"$filter=type eq 'a'", "$filter=type eq 'A'", false},
		{`$filter=type eq 'a' and type eq 'b'`, `$filter=type eq 'a") (eq type "b'`, false},
	} {
		if got := binding(tt.a) == binding(tt.b); got != tt.same {
			t.Errorf("%q and %q have the same binding: %t, want %t", tt.a, tt.b, got, tt.same)
		}
	}
}
