package extract

import (
	"archive/zip"
	"encoding/xml"
	"path"
	"slices"
	"strings"
)

// An office is an open document of Office Open XML, ECMA-376.
type office struct {
	*pack
	main string          // the part that the others hang from
	read map[string]bool // parts that are done
}

// mainReading tells by the content type of the main part, which for files with
// macros is one of Microsoft's own, how to read the document.
func mainReading(kind string) func(*run, *office) error {
	has := func(s string) bool { return strings.Contains(kind, s) }
	switch {
	case has("wordprocessingml"), has("ms-word"):
		return (*run).words
	case has("sheet.binary"):
		return func(*run, *office) error { return errBinary }
	case has("spreadsheetml"), has("ms-excel"):
		return (*run).workbook
	case has("presentationml"), has("ms-powerpoint"):
		return (*run).presentation
	}
	return nil
}

// office tells which document p is; nil if it is none that is known.
func (p *pack) office(r *run) func(*run, *pack) error {
	o := &office{pack: p, read: map[string]bool{"[Content_Types].xml": true}}
	for _, rel := range o.relations(r, "") {
		if strings.HasSuffix(rel.kind, "/officeDocument") {
			o.main = rel.target
		}
	}
	kind := ""
	_ = o.elements(r, "[Content_Types].xml", func(e xml.StartElement) {
		if e.Name.Local == "Override" && strings.TrimPrefix(attr(e, "PartName"), "/") == o.main {
			kind = attr(e, "ContentType")
		}
	})
	read := mainReading(kind)
	if read == nil {
		return nil
	}
	return func(r *run, _ *pack) error {
		if err := read(r, o); err != nil {
			return err
		}
		return o.rest(r)
	}
}

// elements calls f for each element of a part.
func (p *pack) elements(r *run, part string, f func(xml.StartElement)) error {
	file := p.byName[part]
	if file == nil {
		return nil
	}
	in, err := p.open(r, file)
	if err != nil {
		return err
	}
	return newXML(in).each(func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok {
			f(e)
		}
		return nil
	})
}

// A relation is what a part says of another, or of something outside.
type relation struct {
	id, kind, target string
	external         bool
}

// relations returns the relations of a part; those of "" are the document's.
func (o *office) relations(r *run, part string) []relation {
	dir, name := path.Split(part)
	var rels []relation
	_ = o.elements(r, dir+"_rels/"+name+".rels", func(e xml.StartElement) {
		if e.Name.Local != "Relationship" || len(rels) >= maxRelations {
			return
		}
		rel := relation{attr(e, "Id"), attr(e, "Type"), attr(e, "Target"), attr(e, "TargetMode") == "External"}
		if !rel.external {
			if abs, ok := strings.CutPrefix(rel.target, "/"); ok {
				rel.target = abs
			} else {
				rel.target = path.Join(dir, rel.target)
			}
		}
		rels = append(rels, rel)
	})
	return rels
}

// maxRelations bounds the links of one part.
const maxRelations = 100_000

// related returns the parts that part has of the kind, as their type ends.
func (o *office) related(r *run, part, kind string) []string {
	var parts []string
	for _, rel := range o.relations(r, part) {
		if !rel.external && strings.HasSuffix(rel.kind, kind) {
			parts = append(parts, rel.target)
		}
	}
	return parts
}

// part extracts a part once, at loc.
func (o *office) part(r *run, name string, loc Location, f func(*xmlReader, Location) error) error {
	file := o.byName[name]
	if file == nil || o.read[name] {
		return nil
	}
	o.read[name] = true
	in, err := o.open(r, file)
	if err == nil {
		r.separate()
		err = f(newXML(in), loc)
	}
	return r.tolerate(loc, err)
}

// plumbing are parts that hold no text of anybody.
var plumbing = []string{"/theme/", "/media/", "/printerSettings/", "/fonts/", "/activeX/", "/ink/", "/slideLayouts/", "/_rels/"}

// rest extracts what the main parts do not lead to: headers, notes, comments,
// charts, properties, caches, links and embedded files. It reads all that
// there is rather than what is expected.
func (o *office) rest(r *run) error {
	for _, f := range o.files {
		name := f.Name
		base := strings.TrimSuffix(path.Base(name), path.Ext(name))
		loc := o.loc.with(base)
		loc.Line = 1
		var err error
		switch {
		case o.read[name] || strings.HasSuffix(name, "/"):
		case strings.HasSuffix(name, ".rels"):
			err = o.links(r, f)
		case slices.ContainsFunc(plumbing, func(s string) bool { return strings.Contains("/"+name, s) }),
			base == "styles", base == "settings", base == "webSettings", base == "fontTable", base == "numbering",
			base == "calcChain", base == "stylesWithEffects", base == "tableStyles", base == "viewProps", base == "presProps":
		case strings.HasPrefix(name, "docProps/"):
			if path.Ext(name) == ".xml" {
				err = o.part(r, name, locOf(o.loc, "properties"), r.properties)
			}
		case strings.HasPrefix(name, "customXml/"), strings.Contains(name, "/pivotCache/"):
			if path.Ext(name) == ".xml" {
				err = o.part(r, name, loc, r.properties)
			}
		case strings.Contains(name, "/embeddings/"), strings.Contains(name, "/attachments/"), strings.Contains(name, "afchunk"):
			err = o.member(r, f, "")
		case path.Ext(name) == ".xml":
			err = o.part(r, name, loc, r.paragraphs)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func locOf(loc Location, part string) Location {
	loc = loc.with(part)
	loc.Line = 1
	return loc
}

// links writes where a part's links lead to.
func (o *office) links(r *run, f *zip.File) error {
	p := prose{r: r, loc: locOf(o.loc, "links")}
	part := strings.TrimSuffix(strings.Replace(f.Name, "_rels/", "", 1), ".rels")
	for _, rel := range o.relations(r, part) {
		if rel.external && !strings.HasPrefix(rel.target, "file:") {
			if err := p.write(rel.target + "\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

// words extracts a DOCX from its body.
func (r *run) words(o *office) error {
	loc := o.loc
	loc.Line = 1
	return o.part(r, o.main, loc, r.paragraphs)
}

// runs are the elements that hold text in the parts that have paragraphs.
var runs = map[string]bool{"t": true, "delText": true, "instrText": true, "delInstrText": true, "v": true, "text": true}

// paragraphs writes the text of WordprocessingML and DrawingML, with what is
// deleted and not yet accepted.
func (r *run) paragraphs(x *xmlReader, loc Location) error {
	p := prose{r: r, loc: loc}
	inside := false
	err := x.each(func(t xml.Token) (err error) {
		switch t := t.(type) {
		case xml.StartElement:
			inside = false
			switch name := t.Name.Local; {
			case runs[name]:
				inside = true
			case name == "Fallback":
				// The same as what stands before it, for old programs.
				err = x.skip()
			case name == "tab" && len(t.Attr) == 0, name == "ptab":
				err = p.write("\t")
			case name == "br", name == "cr":
				err = p.write("\n")
			case name == "noBreakHyphen":
				err = p.write("-")
			case name == "docPr", name == "cNvPr":
				err = p.alternative(t)
			case name == "fldSimple":
				err = p.write(attr(t, "instr"))
			}
		case xml.EndElement:
			inside = false
			switch t.Name.Local {
			case "p", "tr", "pt", "cm", "text":
				p.gap = "\n"
			case "tc":
				p.gap = "\t"
			}
		case xml.CharData:
			if inside {
				err = p.write(string(t))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.end()
}

// alternative writes what stands for a picture when it cannot be seen.
func (p *prose) alternative(e xml.StartElement) error {
	for _, text := range []string{attr(e, "title"), attr(e, "descr")} {
		if text == "" {
			continue
		}
		p.gap = "\n"
		if err := p.write(text); err != nil {
			return err
		}
		p.gap = "\n"
	}
	return nil
}

// properties writes each element that holds text, with its name: properties of
// documents, data bound to them, and what a pivot table has cached.
func (r *run) properties(x *xmlReader, loc Location) error {
	p := prose{r: r, loc: loc}
	name := ""
	err := x.each(func(t xml.Token) (err error) {
		switch t := t.(type) {
		case xml.StartElement:
			name = t.Name.Local
			for _, a := range t.Attr {
				switch a.Name.Local {
				case "name", "v", "value":
					err = p.write(a.Value)
					p.gap = "\n"
				}
				if err != nil {
					return err
				}
			}
		case xml.CharData:
			if text := strings.TrimSpace(string(t)); text != "" {
				err = p.write(name + ": " + text)
				p.gap = "\n"
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.end()
}

// presentation extracts a PPTX slide by slide in the order of the show, each
// with its notes and comments.
func (r *run) presentation(o *office) error {
	rels := make(map[string]string)
	for _, rel := range o.relations(r, o.main) {
		rels[rel.id] = rel.target
	}
	var slides []string
	err := o.elements(r, o.main, func(e xml.StartElement) {
		if e.Name.Local != "sldId" {
			return
		}
		for _, a := range e.Attr {
			if target, ok := rels[a.Value]; ok && a.Name.Space != "" {
				slides = append(slides, target)
			}
		}
	})
	o.read[o.main] = true
	if err := r.tolerate(o.loc, err); err != nil {
		return err
	}
	for i, slide := range slides {
		loc := o.loc
		loc.Slide, loc.Line = i+1, 1
		if err := o.part(r, slide, loc, r.paragraphs); err != nil {
			return err
		}
		for _, kind := range []string{"notesSlide", "comments", "comment"} {
			label := strings.TrimSuffix(kind, "Slide")
			for _, name := range o.related(r, slide, "/"+kind) {
				if err := o.part(r, name, loc.with(label), r.paragraphs); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
