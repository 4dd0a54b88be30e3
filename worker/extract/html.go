package extract

import (
	"bytes"
	"io"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxToken bounds one token of HTML or XML, which a parser holds as a whole.
const maxToken = 16 << 20

// told are the attributes that hold text for people, or what they typed.
var told = map[string]bool{
	"alt": true, "title": true, "href": true, "content": true, "value": true, "placeholder": true, "label": true,
	"summary": true, "cite": true, "srcdoc": true, "aria-label": true, "name": true, "action": true,
}

// between is what stands between the texts of two elements, where the source
// need not have anything. Elements that are not here run within a line.
var between = map[atom.Atom]string{
	atom.Td: "\t", atom.Th: "\t", atom.Option: " ", atom.Input: " ", atom.Button: " ", atom.Meta: " ",
	atom.Br: "\n", atom.P: "\n", atom.Div: "\n", atom.Tr: "\n", atom.Li: "\n", atom.Dt: "\n", atom.Dd: "\n",
	atom.H1: "\n", atom.H2: "\n", atom.H3: "\n", atom.H4: "\n", atom.H5: "\n", atom.H6: "\n", atom.Hr: "\n",
	atom.Table: "\n", atom.Ul: "\n", atom.Ol: "\n", atom.Pre: "\n", atom.Blockquote: "\n", atom.Section: "\n",
	atom.Article: "\n", atom.Header: "\n", atom.Footer: "\n", atom.Title: "\n", atom.Script: "\n", atom.Style: "\n",
	atom.Textarea: "\n", atom.Form: "\n", atom.Address: "\n", atom.Main: "\n", atom.Nav: "\n", atom.Aside: "\n",
}

// html reads the text of HTML, with its comments and scripts and the
// attributes that hold text. Lines are those of the source.
func (r *run) html(s *source) error {
	dec, err := decoded(s)
	if err != nil {
		return err
	}
	t := html.NewTokenizer(dec)
	t.SetMaxBuf(maxToken)
	loc := s.loc
	loc.Line = 1
	style := false
	for {
		kind := t.Next()
		raw := t.Raw()
		lines := bytes.Count(raw, []byte("\n"))
		switch kind {
		case html.ErrorToken:
			switch t.Err() {
			case io.EOF:
				return nil
			case html.ErrBufferExceeded:
				return errMemory
			}
			return t.Err()
		case html.TextToken:
			if !style {
				err = r.write(loc, string(t.Text()))
			}
		case html.CommentToken:
			err = r.write(loc, " "+string(t.Text())+" ")
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, more := t.TagName()
			tag := atom.Lookup(name)
			style = tag == atom.Style && kind == html.StartTagToken
			if err = r.gap(loc, between[tag]); err != nil {
				return err
			}
			for more && err == nil {
				var key, value []byte
				key, value, more = t.TagAttr()
				if told[string(key)] && len(value) > 0 {
					err = r.write(loc, " "+string(value)+" ")
				}
			}
		}
		if err != nil {
			return err
		}
		loc.Line += lines
	}
}

// gap writes what is to stand between two texts, unless the source has it there.
func (r *run) gap(loc Location, sep string) error {
	if sep == "" || r.last == '\n' || r.last == 0 || sep[0] == r.last {
		return nil
	}
	return r.write(loc, sep)
}
