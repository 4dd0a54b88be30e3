package extract

import (
	"path"
	"strings"
)

// epub extracts the chapters of a book, its title and its table of contents.
// Pictures, fonts and styles are no loss.
func (r *run) epub(p *pack) error {
	if p.byName["META-INF/encryption.xml"] != nil && p.byName["META-INF/rights.xml"] != nil {
		return errEncrypted
	}
	for _, f := range p.files {
		media := ""
		switch strings.ToLower(path.Ext(f.Name)) {
		case ".xhtml", ".html", ".htm":
			media = "text/html"
		case ".opf", ".ncx", ".xml":
			media = "text/xml"
		case ".txt", ".svg":
		default:
			continue
		}
		if strings.HasPrefix(f.Name, "META-INF/") {
			continue
		}
		if err := p.member(r, f, media); err != nil {
			return err
		}
	}
	return nil
}
