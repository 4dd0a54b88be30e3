package extract

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
	"time"
)

// A book is what the sheets of an XLSX share.
type book struct {
	strings stringTable
	dates   map[int]bool // the cell styles that show a number as a date
	since   time.Time    // day 0
}

// workbook extracts an XLSX sheet by sheet, hidden ones too.
func (r *run) workbook(o *office) error {
	rels := make(map[string]relation)
	for _, rel := range o.relations(r, o.main) {
		rels[rel.id] = rel
	}
	type sheet struct{ name, part string }
	var sheets []sheet
	b := &book{strings: stringTable{most: r.x.strings}, dates: make(map[int]bool), since: time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)}
	err := o.elements(r, o.main, func(e xml.StartElement) {
		switch e.Name.Local {
		case "workbookPr":
			if v := attr(e, "date1904"); v == "1" || v == "true" {
				b.since = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
			}
		case "sheet":
			for _, a := range e.Attr {
				if rel, ok := rels[a.Value]; ok && a.Name.Local == "id" {
					sheets = append(sheets, sheet{attr(e, "name"), rel.target})
				}
			}
		}
	})
	if err := r.tolerate(o.loc, err); err != nil {
		return err
	}
	for _, rel := range rels {
		switch {
		case strings.HasSuffix(rel.kind, "/sharedStrings"):
			loc := locOf(o.loc, "sharedStrings")
			if err := o.part(r, rel.target, loc, func(x *xmlReader, loc Location) error { return b.strings.load(r, x, loc) }); err != nil {
				return err
			}
		case strings.HasSuffix(rel.kind, "/styles"):
			if err := r.tolerate(o.loc.with("styles"), b.styles(r, o, rel.target)); err != nil {
				return err
			}
		}
	}
	for _, s := range sheets {
		loc := o.loc
		loc.Sheet = label(s.name)
		err := o.part(r, s.part, loc, func(x *xmlReader, loc Location) error { return r.cells(x, loc, b) })
		if err != nil {
			return err
		}
		for _, kind := range []string{"/comments", "/threadedComment"} {
			for _, name := range o.related(r, s.part, kind) {
				if err := o.part(r, name, loc.with("comments"), r.cellComments); err != nil {
					return err
				}
			}
		}
		for _, name := range o.related(r, s.part, "/drawing") {
			in := loc.with("drawing")
			in.Line = 1
			if err := o.part(r, name, in, r.paragraphs); err != nil {
				return err
			}
		}
	}
	// Names of ranges, and formulas that have values.
	return o.part(r, o.main, locOf(o.loc, "names"), r.properties)
}

// styles learns which cell styles show dates.
func (b *book) styles(r *run, o *office, part string) error {
	o.read[part] = true
	formats := make(map[int]string)
	inside, n := false, 0
	return o.elements(r, part, func(e xml.StartElement) {
		switch e.Name.Local {
		case "numFmt":
			id, _ := strconv.Atoi(attr(e, "numFmtId"))
			formats[id] = attr(e, "formatCode")
		case "cellXfs":
			inside = true
		case "cellStyles", "dxfs", "cellStyleXfs":
			inside = false
		case "xf":
			if !inside {
				return
			}
			id, _ := strconv.Atoi(attr(e, "numFmtId"))
			b.dates[n] = showsDate(id, formats[id])
			n++
		}
	})
}

// showsDate reports whether a number format shows a date; the numbers are
// those of ECMA-376 part 1, 18.8.30.
func showsDate(id int, code string) bool {
	if 14 <= id && id <= 17 || id == 22 || 27 <= id && id <= 36 || 50 <= id && id <= 58 {
		return true
	}
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case quoted || bracket:
		case c == 'y' || c == 'Y' || c == 'd' || c == 'D':
			return true
		}
	}
	return false
}

// number writes a number as a cell's reader knows it: in full, and a date as one.
func (b *book) number(v string, style int) string {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return v
	}
	if b.dates[style] && 0 < f && f < 2958466 { // to the end of the year 9999
		day := b.since.AddDate(0, 0, int(f))
		if part := f - math.Floor(f); part > 0 {
			return day.Add(time.Duration(math.Round(part*86400)) * time.Second).Format("2006-01-02 15:04:05")
		}
		return day.Format(time.DateOnly)
	}
	if strings.ContainsAny(v, "eE") && math.Abs(f) < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return v
}

// cells writes the cells of a sheet, row by row, and its headers and footers.
func (r *run) cells(x *xmlReader, loc Location, b *book) error {
	var (
		cell   Location
		kind   string
		style  int
		value  strings.Builder
		inside bool
		row    int
		col    int
		header = loc.with("header")
	)
	return x.each(func(t xml.Token) (err error) {
		switch t := t.(type) {
		case xml.StartElement:
			inside = false
			switch name := t.Name.Local; name {
			case "row":
				if n, err := strconv.Atoi(attr(t, "r")); err == nil {
					row = n
				} else {
					row++
				}
				col = 0
			case "c":
				col++
				cell = loc
				if cell.Cell = label(attr(t, "r")); cell.Cell == "" {
					cell.Cell = cellName(col, row)
				}
				kind = attr(t, "t")
				style, _ = strconv.Atoi(attr(t, "s"))
				value.Reset()
			case "rPh":
				err = x.skip()
			case "v", "t":
				inside = true
			case "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter":
				inside = true
				value.Reset()
			}
		case xml.CharData:
			if inside && value.Len()+len(t) <= maxToken {
				value.Write(t)
			}
		case xml.EndElement:
			inside = false
			switch name := t.Name.Local; name {
			case "c":
				text := value.String()
				switch kind {
				case "s":
					i, _ := strconv.Atoi(text)
					text = b.strings.at(i)
				case "", "n":
					text = b.number(text, style)
				}
				if text != "" {
					err = r.write(cell, text+"\t")
				}
			case "row":
				if r.last == '\t' {
					err = r.write(cell, "\n")
				}
			case "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter":
				err = r.write(header, value.String()+"\n")
			}
		}
		return err
	})
}

// cellComments writes comments at the cells that they are about.
func (r *run) cellComments(x *xmlReader, loc Location) error {
	inside := false
	return x.each(func(t xml.Token) (err error) {
		switch t := t.(type) {
		case xml.StartElement:
			inside = t.Name.Local == "t" || t.Name.Local == "text" || t.Name.Local == "author"
			if ref := attr(t, "ref"); ref != "" {
				loc.Cell = label(ref)
			}
		case xml.EndElement:
			inside = false
			switch t.Name.Local {
			case "comment", "threadedComment", "author":
				err = r.write(loc, "\n")
			}
		case xml.CharData:
			if inside {
				err = r.write(loc, string(t))
			}
		}
		return err
	})
}

// cellName returns the name of a cell as in B7; columns and rows count from 1.
func cellName(col, row int) string {
	var letters []byte
	for ; col > 0; col = (col - 1) / 26 {
		letters = append([]byte{byte('A' + (col-1)%26)}, letters...)
	}
	return string(letters) + strconv.Itoa(row)
}

// A stringTable holds the strings that cells refer to by number.
type stringTable struct {
	most int // bytes to hold
	text strings.Builder
	ends []int
}

// load reads the shared strings. Those that do not fit into the memory are
// written at loc, where they are read at least, if without their cells.
func (s *stringTable) load(r *run, x *xmlReader, loc Location) error {
	p := prose{r: r, loc: loc}
	inside := false
	err := x.each(func(t xml.Token) (err error) {
		switch t := t.(type) {
		case xml.StartElement:
			if inside = t.Name.Local == "t"; t.Name.Local == "rPh" {
				err = x.skip()
			}
		case xml.EndElement:
			inside = false
			if t.Name.Local != "si" {
				break
			}
			if s.full() {
				p.gap = "\n"
			} else {
				s.ends = append(s.ends, s.text.Len())
			}
		case xml.CharData:
			switch {
			case !inside:
			case s.full():
				err = p.write(string(t))
			default:
				s.text.Write(t)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.end()
}

func (s *stringTable) full() bool { return s.text.Len()+8*len(s.ends) > s.most }

func (s *stringTable) at(i int) string {
	if i < 0 || i >= len(s.ends) {
		return ""
	}
	start := 0
	if i > 0 {
		start = s.ends[i-1]
	}
	return s.text.String()[start:s.ends[i]]
}
