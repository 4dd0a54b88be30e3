package extract

import (
	"cmp"
	"slices"
	"strings"
)

// maxSchema is how long the statement may be that made a table.
const maxSchema = 1 << 20

// A table is what a CREATE TABLE statement tells of the rows.
type table struct {
	columns []column
	stored  []int // the columns that a row has values of, in their order there
	key     int   // the column that the id of a row is the value of, or -1
}

type column struct {
	name    string
	virtual bool  // it is computed and has no value in a row
	primary bool  // it is the primary key
	id      bool  // if it is, the id of a row is its value
	missing value // what rows have that are older than the column
	collate string
}

// A keyColumn is one of a primary key.
type keyColumn struct{ name, collate string }

// readTable reads a CREATE TABLE statement, in the form in which SQLite keeps
// it, https://www.sqlite.org/lang_createtable.html.
func readTable(sql string) (*table, error) {
	if len(sql) > maxSchema {
		return nil, errMemory
	}
	s := &sqlScanner{rest: sql}
	for tok := s.next(); !tok.is("("); tok = s.next() {
		if tok == (sqlToken{}) {
			return nil, errDamaged
		}
	}
	t := &table{key: -1}
	var primary []keyColumn // the columns of a primary key that stands by itself
	for more := true; more; {
		var def []sqlToken
		def, more = s.definition()
		switch {
		case len(def) == 0:
			return nil, errDamaged
		case def[0].is("PRIMARY", "CONSTRAINT", "UNIQUE", "CHECK", "FOREIGN"):
			primary = append(primary, keyColumns(def)...)
		default:
			t.columns = append(t.columns, readColumn(def))
		}
	}
	without := false
	for tok := s.next(); tok != (sqlToken{}); tok = s.next() {
		without = without || tok.is("WITHOUT")
	}
	t.arrange(primary, without)
	return t, nil
}

// arrange finds out where the value of each column is.
func (t *table) arrange(primary []keyColumn, without bool) {
	for _, c := range t.columns {
		if c.primary {
			primary = append(primary, keyColumn{name: c.name})
		}
	}
	var key []int
	var collate []string
	for _, k := range primary {
		i := slices.IndexFunc(t.columns, func(c column) bool { return strings.EqualFold(c.name, k.name) })
		if i < 0 {
			continue
		}
		by := strings.ToUpper(cmp.Or(k.collate, t.columns[i].collate, "BINARY"))
		// A column stands in a key again only in another order of its values.
		again := false
		for j := range key {
			again = again || key[j] == i && collate[j] == by
		}
		if !again {
			key, collate = append(key, i), append(collate, by)
		}
	}
	switch {
	case without:
		t.stored = slices.Clone(key) // in front of the other columns
	case len(key) == 1 && t.columns[key[0]].id:
		t.key = key[0]
	}
	for i, c := range t.columns {
		if !c.virtual && !(without && slices.Contains(key, i)) {
			t.stored = append(t.stored, i)
		}
	}
}

// constraints begin what follows the type of a column.
var constraints = []string{"CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"}

// readColumn reads the definition of a column.
func readColumn(def []sqlToken) column {
	c := column{name: def[0].text}
	def = outer(def[1:])
	end := slices.IndexFunc(def, func(tok sqlToken) bool { return tok.is(constraints...) })
	if end < 0 {
		end = len(def)
	}
	c.id = end == 1 && strings.EqualFold(def[0].text, "INTEGER")
	for i := end; i < len(def); i++ {
		rest := def[i+1:]
		switch tok := def[i]; {
		case tok.is("PRIMARY"):
			c.primary = true
			// A quirk that SQLite keeps: a key in descending order is no row id.
			c.id = c.id && !(len(rest) > 1 && rest[1].is("DESC"))
		case tok.is("COLLATE") && len(rest) > 0:
			c.collate = rest[0].text
		case tok.is("AS"):
			c.virtual = true
		case tok.is("STORED"):
			c.virtual = false
		case tok.is("DEFAULT") && !(i > 0 && def[i-1].is("SET")): // ON DELETE SET DEFAULT
			c.missing = literal(rest)
		}
	}
	return c
}

// literal is the value that a DEFAULT begins with, null if that has to be
// computed.
func literal(def []sqlToken) value {
	sign := ""
	if len(def) > 0 && def[0].is("-", "+") {
		sign, def = strings.TrimPrefix(def[0].text, "+"), def[1:]
	}
	switch {
	case len(def) == 0:
	case def[0].quoted:
		return value{text, def[0].text}
	case def[0].text[0] >= '0' && def[0].text[0] <= '9':
		return value{number, sign + def[0].text}
	}
	return value{}
}

// keyColumns are the columns that a PRIMARY KEY names which stands by itself.
func keyColumns(def []sqlToken) (key []keyColumn) {
	at := slices.IndexFunc(def, func(tok sqlToken) bool { return tok.is("PRIMARY", "(") })
	if at < 0 || !def[at].is("PRIMARY") {
		return nil
	}
	for i, tok := range def {
		switch {
		case i < at:
		case tok.is(")"):
			return key
		case def[i-min(i, 1)].is("(", ","):
			key = append(key, keyColumn{name: tok.text})
		case len(key) > 0 && def[i-1].is("COLLATE"):
			key[len(key)-1].collate = tok.text
		}
	}
	return key
}

// outer leaves out what stands in parentheses, and these.
func outer(def []sqlToken) (out []sqlToken) {
	depth := 0
	for _, tok := range def {
		if tok.is("(") {
			depth++
		}
		if depth == 0 {
			out = append(out, tok)
		}
		if tok.is(")") {
			depth--
		}
	}
	return out
}

// A sqlToken is a word, a name or text without its quotes, or a sign.
type sqlToken struct {
	text   string
	quoted bool
}

// is tells whether it is one of the keywords or signs.
func (t sqlToken) is(words ...string) bool {
	return !t.quoted && slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, t.text) })
}

type sqlScanner struct{ rest string }

// definition returns what is before the next comma, or before the end of the
// list that it stands in.
func (s *sqlScanner) definition() (def []sqlToken, more bool) {
	for depth := 0; ; {
		tok := s.next()
		switch {
		case tok == (sqlToken{}):
			return nil, false
		case depth == 0 && tok.is(",", ")"):
			return def, tok.is(",")
		case tok.is("("):
			depth++
		case tok.is(")"):
			depth--
		}
		def = append(def, tok)
	}
}

// next returns the next token, and the zero one at the end.
func (s *sqlScanner) next() sqlToken {
	for {
		s.rest = strings.TrimLeft(s.rest, " \t\r\n\f")
		switch {
		case strings.HasPrefix(s.rest, "--"):
			_, s.rest, _ = strings.Cut(s.rest, "\n")
		case strings.HasPrefix(s.rest, "/*"):
			_, s.rest, _ = strings.Cut(s.rest[2:], "*/")
		case s.rest == "":
			return sqlToken{}
		default:
			return s.token()
		}
	}
}

func (s *sqlScanner) token() sqlToken {
	quote := s.rest[:1]
	switch quote {
	case "[":
		text, rest, _ := strings.Cut(s.rest[1:], "]")
		s.rest = rest
		return sqlToken{text, true}
	case `"`, "`", "'":
		// A quote in what is quoted stands twice.
		var text strings.Builder
		for {
			part, rest, _ := strings.Cut(s.rest[1:], quote)
			text.WriteString(part)
			s.rest = rest
			if !strings.HasPrefix(rest, quote) {
				return sqlToken{text.String(), true}
			}
			text.WriteString(quote)
		}
	}
	n := strings.IndexFunc(s.rest, func(c rune) bool {
		return !(c == '_' || c == '$' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80)
	})
	switch {
	case n < 0:
		n = len(s.rest)
	case n == 0:
		n = 1
	}
	tok := sqlToken{text: s.rest[:n]}
	s.rest = s.rest[n:]
	return tok
}
