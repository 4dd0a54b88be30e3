// Package odata reads the query options of a collection request ($filter,
// $orderby, $select, $top, $skip, $skiptoken, $count) into a typed [Query].
//
// A filter becomes a small tree that can be matched against one item
// ([Match]), turned into what an index can serve ([Cover]) and printed in one
// canonical form. What the package does not know is an [Error] that names the
// option and the place in it; nothing is silently ignored.
//
// The language is the part of OData 4.01 (OASIS, "Part 2: URL Conventions",
// section 5.1) that Microsoft Graph asks of every collection, with its
// habits: names of options, properties and operators compare in any case, and
// the $ of an option can be left out.
package odata

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Option is the name of a query option, as OData spells it.
type Option string

// The options that Parse can read.
const (
	Filter    Option = "$filter"
	OrderBy   Option = "$orderby"
	Select    Option = "$select"
	Top       Option = "$top"
	Skip      Option = "$skip"
	SkipToken Option = "$skiptoken"
	Count     Option = "$count"
)

// A Query is what the options of one request ask for. The zero value asks for
// everything, in the collection's own order.
type Query struct {
	Filter    Expr     // nil: every item
	OrderBy   []Order  // none: the collection's own order
	Select    []string // properties as the schema spells them; none: all
	Top       *int     // nil: the collection's own page size
	Skip      int
	SkipToken string // as it came; see Token
	Count     bool
}

// An Order sorts by one property, ascending unless Desc.
type Order struct {
	Property string // as the schema spells it
	Desc     bool
}

// An Error refuses a query option. Its text is fit for the caller.
type Error struct {
	Option  string // as OData spells it, or as it came if it is not known
	Pos     int    // in characters, from 1, within the decoded value; 0 for the option as a whole
	Message string // a full thought in the caller's terms
}

func (e *Error) Error() string {
	if e.Pos == 0 {
		return e.Option + ": " + e.Message
	}
	return fmt.Sprintf("%s at position %d: %s", e.Option, e.Pos, e.Message)
}

// Parse reads the query part of an address. Only the given options may occur,
// each at most once; without any, all that the package knows may. What Parse
// refuses is an *Error.
//
// A + means a space, as forms and most clients send it, except where only the
// sign of a time's offset can be meant. A semicolon separates nothing.
func Parse(rawQuery string, schema Schema, options ...Option) (*Query, error) {
	if len(options) == 0 {
		options = []Option{Filter, OrderBy, Select, Top, Skip, SkipToken, Count}
	}
	var q Query
	var seen []Option
	for pair := range strings.SplitSeq(rawQuery, "&") {
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, _, ok := unescape(rawName)
		if !ok {
			return nil, &Error{Option: clip(rawName), Message: "the name is not well-formed percent-encoded UTF-8"}
		}
		option := Option("$" + strings.ToLower(strings.TrimPrefix(name, "$")))
		switch {
		case !slices.Contains(options, option):
			return nil, &Error{Option: clip(name), Message: "the option is not known here, only " + list(options)}
		case slices.Contains(seen, option):
			return nil, &Error{Option: string(option), Message: "the option must be given once"}
		}
		seen = append(seen, option)
		value, pos, ok := unescape(rawValue)
		if !ok {
			return nil, &Error{string(option), pos, "the value is not well-formed percent-encoded UTF-8"}
		}
		if err := q.set(option, value, schema); err != nil {
			return nil, err
		}
	}
	return &q, nil
}

func (q *Query) set(option Option, value string, schema Schema) (err error) {
	if strings.Trim(value, blank) == "" {
		return &Error{string(option), 1, "the value must not be empty"}
	}
	switch option {
	case Filter:
		q.Filter, err = ParseFilter(value, schema)
	case OrderBy:
		q.OrderBy, err = parseOrderBy(value, schema)
	case Select:
		q.Select, err = parseSelect(value, schema)
	case Top:
		n := 0
		n, err = number(option, value)
		q.Top = &n
	case Skip:
		q.Skip, err = number(option, value)
	case SkipToken:
		q.SkipToken = value
	case Count:
		if q.Count = strings.EqualFold(value, "true"); !q.Count && !strings.EqualFold(value, "false") {
			err = &Error{string(option), 1, "the value must be true or false"}
		}
	}
	return err
}

// Binding is what a continuation token must be bound to besides its owner and
// collection: the canonical form of those options that decide which items come
// and in which order. A client may change the others from page to page.
func (q *Query) Binding() string {
	var b strings.Builder
	b.WriteString("(query")
	if q.Filter != nil {
		fmt.Fprintf(&b, " (filter %s)", q.Filter)
	}
	if len(q.OrderBy) > 0 {
		b.WriteString(" (orderby")
		for _, o := range q.OrderBy {
			direction := "asc"
			if o.Desc {
				direction = "desc"
			}
			fmt.Fprintf(&b, " (%s %s)", direction, o.Property)
		}
		b.WriteString(")")
	}
	b.WriteString(")")
	return b.String()
}

func number(option Option, value string) (int, error) {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0, &Error{string(option), 1, "the value must be a whole number from 0 to 2147483647"}
	}
	return int(n), nil
}

// unescape decodes s. If s is not well-formed, pos is where.
func unescape(s string) (value string, pos int, ok bool) {
	value, err := url.QueryUnescape(s)
	if err == nil && utf8.ValidString(value) {
		return value, 0, true
	}
	// Decoding byte by byte finds the place: it is what does not decode alone,
	// or the first character that is none.
	var b []byte
	for s != "" {
		n := 1
		if s[0] == '%' {
			n = min(3, len(s))
		}
		c, err := url.QueryUnescape(s[:n])
		if err != nil {
			break
		}
		b, s = append(b, c...), s[n:]
	}
	pos = 1
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			break
		}
		b = b[n:]
		pos++
	}
	return "", pos, false
}

// clip shortens what a caller sent to what fits into one line of a message.
func clip(s string) string {
	const most = 64
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "..."
	}
	return s
}

func list[S ~string](names []S) string {
	var b strings.Builder
	for i, name := range names {
		switch {
		case i > 0 && i == len(names)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(name))
	}
	return b.String()
}
