package odata

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// filterText writes e as a filter. A not is written as a comparison with false,
// which never nests deeper than what e was read from.
func filterText(e Expr) string {
	join := func(terms []Expr, between string) string {
		var texts []string
		for _, t := range terms {
			text := filterText(t)
			if _, ok := t.(*Or); ok {
				text = "(" + text + ")"
			}
			texts = append(texts, text)
		}
		return strings.Join(texts, between)
	}
	value := func(v Value) string {
		if v.kind == String {
			return "'" + strings.ReplaceAll(v.str, "'", "''") + "'"
		}
		return v.String()
	}
	switch e := e.(type) {
	case *And:
		return join(e.Terms, " and ")
	case *Or:
		return join(e.Terms, " or ")
	case *Not:
		// Parentheses around nots in a row would nest; words behind do not.
		if _, ok := e.X.(*Not); ok {
			return filterText(e.X) + " eq false"
		}
		return "(" + filterText(e.X) + ") eq false"
	case *Compare:
		return fmt.Sprintf("%s %s %s", e.Property.Name, e.Op, value(e.Value))
	case *In:
		var values []string
		for _, v := range e.Values {
			values = append(values, value(v))
		}
		return fmt.Sprintf("%s in (%s)", e.Property.Name, strings.Join(values, ","))
	case *StartsWith:
		return fmt.Sprintf("startswith(%s,%s)", e.Property.Name, value(OfString(e.Prefix)))
	}
	return e.String()
}

// FuzzFilter reads anything as a filter: refused with a place in it, or read
// into a tree that survives being written, that bounds any item rightly.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		"status eq 'failed' or not (type in ('a','b') and creationDateTime gt 2026-01-31T12:00:00 03:00)",
		"startswith(type,'cl''') eq false and endDateTime ne null or attempts le -1",
		"id eq 0F8FAD5B-D9CB-469F-A165-70867728950E or creationDateTime in (2026-01-31T12:00Z,null)",
		"not not true ne false", "status eq 'K'", "((", "'", "a'", "status in (", "type eq 'İſ\x00'",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		if !utf8.ValidString(filter) {
			return // Parse lets no such value through
		}
		e, err := ParseFilter(filter, jobs)
		if err != nil {
			wrong, ok := errors.AsType[*Error](err)
			if !ok || wrong.Option != "$filter" || wrong.Message == "" || wrong.Pos > utf8.RuneCountInString(filter)+1 {
				t.Fatalf("ParseFilter(%q) gives the error %#v", filter, err)
			}
			return
		}
		text := filterText(e)
		if len(text) <= MaxFilter {
			again, err := ParseFilter(text, jobs)
			if err != nil {
				t.Fatalf("ParseFilter(%q), written from %q: %v", text, filter, err)
			}
			if again.String() != e.String() {
				t.Fatalf("%q is %s, but written and read again %s", filter, e, again)
			}
		}
		checkCover(t, e)
	})
}

// FuzzQuery reads anything as the query part of an address.
func FuzzQuery(f *testing.F) {
	f.Add("$top=2&$filter=status%20eq%20%27running%27&$orderby=creationDateTime%20desc&$select=id,status&$count=true")
	f.Add("skip=1&%24skipToken=x;y&select=*&%ff=%zz")
	f.Fuzz(func(t *testing.T, query string) {
		q, err := Parse(query, jobs)
		if err == nil {
			q.Binding()
		} else if wrong, ok := errors.AsType[*Error](err); !ok || !utf8.ValidString(wrong.Error()) {
			t.Fatalf("Parse(%q) gives the error %#v", query, err)
		}
	})
}

// checkCover tries items with every mix of the values around those that e
// names: one that matches is in just one box, and if the region is exact, one
// that is in a box matches.
func checkCover(t *testing.T, e Expr) {
	t.Helper()
	types, times := []string{"classifyText", "other"}, []time.Time{noon}
	gather(e, func(v Value) {
		switch v.kind {
		case String:
			types = append(types, v.str)
		case Time:
			times = append(times, v.time, v.time.Add(1))
			if !v.time.IsZero() { // there is no time before it
				times = append(times, v.time.Add(-1))
			}
		}
	})
	r := Cover(e, indexed...)
	hull, hullExact, some := r.Hull()
	if hullExact && !r.Exact {
		t.Fatalf("%s is covered exactly by its hull only", e)
	}
	for _, status := range jobs.find("status").Values {
		for _, kind := range types[:min(len(types), 8)] {
			for _, created := range times[:min(len(times), 16)] {
				i := item{"status": OfString(status), "type": OfString(kind), "creationDateTime": {kind: Time, time: created}}
				for _, ended := range []Value{{}, OfTime(noon)} {
					i["endDateTime"] = ended
					in := func(b Box) bool {
						return b.Set("status").Has(status) && b.Set("type").Has(kind) && b.Range("creationDateTime").Has(created)
					}
					n := len(slices.DeleteFunc(slices.Clone(r.Boxes), func(b Box) bool { return !in(b) }))
					match := Match(e, i.get)
					if n > 1 || match && n != 1 || r.Exact && n == 1 && !match || n == 1 && !(some && in(hull)) {
						t.Fatalf("%s matches %v: %t, but it is in %d boxes of\n%s", e, i, match, n, show(r))
					}
				}
			}
		}
	}
}

// gather calls f with each value in e.
func gather(e Expr, f func(Value)) {
	switch e := e.(type) {
	case *And:
		for _, t := range e.Terms {
			gather(t, f)
		}
	case *Or:
		for _, t := range e.Terms {
			gather(t, f)
		}
	case *Not:
		gather(e.X, f)
	case *Compare:
		f(e.Value)
	case *In:
		for _, v := range e.Values {
			f(v)
		}
	case *StartsWith:
		f(OfString(e.Prefix))
	}
}
