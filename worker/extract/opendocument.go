package extract

import (
	"encoding/xml"
	"path"
	"strconv"
	"strings"
)

// openDocument extracts ODT, ODS, ODP and their like, OASIS OpenDocument 1.3.
func (r *run) openDocument(p *pack) error {
	if p.encrypted(r) {
		return errEncrypted
	}
	for _, f := range p.files {
		loc := p.loc
		if dir := path.Dir(f.Name); dir != "." {
			loc = loc.in(dir) // an object within the document
		}
		walk := func(x *xmlReader, loc Location) error { return (&odf{prose: prose{r: r, loc: loc}}).walk(x) }
		switch path.Base(f.Name) {
		case "content.xml":
		case "styles.xml": // where headers and footers are
			loc = loc.with("header")
		case "meta.xml":
			loc = loc.with("properties")
			walk = r.properties
		default:
			continue
		}
		loc.Line = 1
		in, err := p.open(r, f)
		if err == nil {
			r.separate()
			err = walk(newXML(in), loc)
		}
		if err := r.tolerate(loc, err); err != nil {
			return err
		}
	}
	return nil
}

func (p *pack) encrypted(r *run) bool {
	found := false
	_ = p.elements(r, "META-INF/manifest.xml", func(e xml.StartElement) {
		found = found || e.Name.Local == "encryption-data"
	})
	return found
}

// An odf is the walk over the text of one part.
type odf struct {
	prose
	sheets   bool
	row, col int
	rows     int // that the present row stands for
	cols     int // that the present cell stands for

	cell  strings.Builder // text of the present cell
	value string          // and its value, if it has one

	back []Location // places that notes and comments interrupt
	mute int        // within the number of a note, which would run into the text
}

func (o *odf) walk(x *xmlReader) error {
	text := 0 // elements around that may hold text
	err := x.each(func(t xml.Token) (err error) {
		switch t := t.(type) {
		case xml.StartElement:
			if isText(t.Name) {
				text++
			}
			err = o.start(t)
		case xml.EndElement:
			if isText(t.Name) {
				text--
			}
			err = o.finish(t.Name)
		case xml.CharData:
			if text > 0 {
				err = o.add(string(t))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return o.end()
}

func isText(name xml.Name) bool {
	return name.Local == "p" || name.Local == "h" || name.Space == "dc" || name.Space == "svg" && (name.Local == "title" || name.Local == "desc")
}

// add takes text, which in a sheet is the cell's.
func (o *odf) add(text string) error {
	if o.mute > 0 {
		return nil
	}
	if o.sheets && o.loc.Cell != "" && o.loc.Part == "" {
		if o.cell.Len()+len(text) <= maxToken {
			o.cell.WriteString(text)
		}
		return nil
	}
	return o.prose.write(text)
}

func (o *odf) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "spreadsheet":
		o.sheets, o.loc.Line = true, 0
	case "page":
		if e.Name.Space == "draw" {
			if err := o.end(); err != nil {
				return err
			}
			o.loc.Slide, o.loc.Line = o.loc.Slide+1, 1
		}
	case "note-citation":
		o.mute++
	case "note-body":
		return o.enter("footnotes")
	case "notes", "annotation":
		if e.Name.Space != "office" && e.Name.Space != "presentation" {
			break
		}
		if err := o.closeCell(); err != nil {
			return err
		}
		if e.Name.Local == "annotation" {
			return o.enter("comments")
		}
		return o.enter("notes")
	case "table":
		if o.sheets && e.Name.Space == "table" {
			o.loc.Sheet, o.row = label(attr(e, "name")), 1
		}
	case "table-row":
		o.col, o.rows = 1, repeated(e, "number-rows-repeated")
	case "table-cell", "covered-table-cell":
		o.cols = repeated(e, "number-columns-repeated")
		if !o.sheets {
			break
		}
		o.loc.Cell = cellName(o.col, o.row)
		o.cell.Reset()
		for _, name := range []string{"string-value", "date-value", "value"} {
			if o.value = attr(e, name); o.value != "" {
				break
			}
		}
	case "tab":
		return o.add("\t")
	case "line-break":
		return o.add("\n")
	case "s":
		return o.add(strings.Repeat(" ", min(repeated(e, "c"), 100)))
	case "a":
		if href := attr(e, "href"); href != "" && !strings.HasPrefix(href, "#") {
			return o.add(href + " ")
		}
	}
	return nil
}

// repeated returns how many times something stands there, which is text once
// all the same: a sheet ends with a million empty rows in one element.
func repeated(e xml.StartElement, name string) int {
	n, err := strconv.Atoi(attr(e, name))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, 1<<24)
}

// closeCell writes the cell's text, and its value where that says more.
func (o *odf) closeCell() error {
	text := o.cell.String()
	o.cell.Reset()
	if o.value != "" && o.value != text {
		if text != "" {
			text += " "
		}
		text += o.value
	}
	o.value = ""
	if text == "" || !o.sheets {
		return nil
	}
	return o.prose.write(text + "\t")
}

// enter goes on in a part that stands apart from the text around it, and leave
// comes back from there.
func (o *odf) enter(part string) error {
	if err := o.end(); err != nil {
		return err
	}
	o.back = append(o.back, o.loc)
	if o.loc = o.loc.with(part); !o.sheets {
		o.loc.Line = 1
	}
	return nil
}

func (o *odf) leave() error {
	if len(o.back) == 0 {
		return nil
	}
	if err := o.end(); err != nil {
		return err
	}
	o.loc, o.back = o.back[len(o.back)-1], o.back[:len(o.back)-1]
	return nil
}

func (o *odf) finish(name xml.Name) error {
	switch name.Local {
	case "p", "h", "title", "desc", "creator", "date":
		if o.sheets && o.loc.Cell != "" && o.loc.Part == "" {
			if o.cell.Len() > 0 && o.cell.Len() < maxToken {
				o.cell.WriteByte('\n')
			}
			return nil
		}
		o.gap = "\n"
	case "table-cell", "covered-table-cell":
		if o.sheets {
			text := strings.TrimSuffix(o.cell.String(), "\n")
			o.cell.Reset()
			o.cell.WriteString(text)
			if err := o.closeCell(); err != nil {
				return err
			}
			o.loc.Cell = ""
		} else {
			o.gap = "\t"
		}
		o.col += o.cols
	case "table-row":
		if !o.sheets {
			o.gap = "\n"
		} else if o.r.last == '\t' {
			if err := o.prose.write("\n"); err != nil {
				return err
			}
		}
		o.row += o.rows
	case "table":
		if o.sheets && name.Space == "table" {
			o.gap, o.loc.Sheet = "\n", ""
		}
	case "note-citation":
		o.mute--
	case "note-body":
		return o.leave()
	case "notes", "annotation":
		if name.Space == "office" || name.Space == "presentation" {
			return o.leave()
		}
	}
	return nil
}
