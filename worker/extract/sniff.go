package extract

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
)

// A reading gets the text out of one kind of file.
type reading func(*run, *source) error

// kindReading returns the reading of a kind, as mimetype calls it, or nil.
func kindReading(kind string) reading {
	switch kind, _, _ := strings.Cut(kind, ";"); kind {
	case "application/zip":
		return (*run).zip // office documents too, which the directory tells
	case "application/x-ole-storage":
		return (*run).ole
	case "application/pdf":
		return (*run).pdfFile
	case "application/x-tar":
		return (*run).tar
	case "application/gzip":
		return (*run).gzip
	case "application/x-bzip2":
		return (*run).bzip2
	case "application/zstd":
		return (*run).zstd
	case "application/x-xz":
		return (*run).xz
	case "application/x-7z-compressed":
		return (*run).sevenZip
	case "application/vnd.sqlite3":
		return (*run).sqlite
	case "text/rtf":
		return (*run).rtf
	case "text/html", "application/xhtml+xml":
		return (*run).html
	case "text/xml", "image/svg+xml":
		return (*run).xmlText
	case "application/json", "application/x-ndjson":
		return (*run).json
	case "message/rfc822":
		return (*run).mail
	case "text/plain":
		return (*run).plain
	}
	return nil
}

// hintedReading returns the reading of text whose name ends so, or that a mail
// says is so: its beginning need not show it.
func hintedReading(hint string) reading {
	switch hint {
	case ".html", ".htm", ".xhtml", "text/html":
		return (*run).html
	case ".json", ".jsonl", ".ndjson", "application/json":
		return (*run).json
	case ".xml", "text/xml", "application/xml":
		return (*run).xmlText
	case ".eml", "message/rfc822":
		return (*run).mail
	}
	return nil
}

// sniff tells by the first bytes what s is.
func sniff(head []byte, s *source) reading {
	// The header of a PDF may come late, after what a printer or a mailer put first.
	if i := bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-")); i >= 0 && (i == 0 || !utf8.Valid(head[:i])) {
		return (*run).pdfFile
	}
	// The nearest kind that it is a special case of will do.
	kind := mimetype.Detect(head)
	for m := kind; m != nil; m = m.Parent() {
		read := kindReading(m.String())
		switch {
		case read == nil:
			continue
		case m.Is("text/plain"):
			return textReading(head, s)
		}
		return read
	}
	if kind.Is("application/octet-stream") && !looksBinary(head) {
		return textReading(head, s)
	}
	if media := kind.String(); strings.HasPrefix(media, "image/") {
		return func(r *run, s *source) error { return r.picture(s, media) }
	}
	return func(*run, *source) error { return errKind }
}

func textReading(head []byte, s *source) reading {
	switch {
	case mboxStart(head):
		return (*run).mbox
	case mailStart(head):
		return (*run).mail
	}
	media, _, _ := strings.Cut(strings.ToLower(s.media), ";")
	for _, hint := range []string{strings.TrimSpace(media), strings.ToLower(path.Ext(s.name))} {
		if read := hintedReading(hint); read != nil {
			return read
		}
	}
	return (*run).plain
}

// mailHeaders are those one of which a mail begins with, and few other texts do.
var mailHeaders = []string{
	"received", "return-path", "delivered-to", "message-id", "mime-version", "from", "date", "subject", "to",
	"x-mozilla-status", "dkim-signature", "authentication-results", "content-type", "x-gmail-thrid", "x-received",
}

// mailStart reports whether b begins with header lines that make a mail: at
// least three, one of which says who or when.
func mailStart(b []byte) bool {
	n, who := 0, false
	for len(b) > 0 && n < 200 {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		b = rest
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if n == 0 {
				return false
			}
			continue
		}
		name, _, ok := bytes.Cut(line, []byte(":"))
		if !ok || !isToken(name) {
			return false
		}
		known := false
		for _, h := range mailHeaders {
			known = known || strings.EqualFold(h, string(name))
		}
		if n == 0 && !known {
			return false
		}
		who = who || strings.EqualFold("from", string(name)) || strings.EqualFold("received", string(name))
		n++
	}
	return who && n >= 3
}

// isToken reports whether b can be the name of a header.
func isToken(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return len(b) > 0
}

// mboxStart reports whether b begins as the mailboxes of Unix do, RFC 4155.
func mboxStart(b []byte) bool {
	line, rest, ok := bytes.Cut(b, []byte("\n"))
	return ok && bytes.HasPrefix(line, []byte("From ")) && len(bytes.Fields(line)) >= 3 &&
		bytes.Contains(rest[:min(len(rest), 4096)], []byte(": "))
}

// looksBinary reports whether b, which has no known mark, is no text either:
// text in UTF-16 has its zeros on one side, and other text has next to no
// control characters.
func looksBinary(b []byte) bool {
	if utf16Order(b) != nil {
		return false
	}
	odd := 0
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b {
			odd++
		}
	}
	return odd*50 > len(b)
}

// utf16Order tells the order of the bytes in UTF-16 that has no mark: the
// halves that are zero are the upper ones, in text that is half ASCII at least.
func utf16Order(b []byte) binary.ByteOrder {
	b = b[:min(len(b), 4096)&^1]
	if len(b) < 4 {
		return nil
	}
	var zeros [2]int
	for i, c := range b {
		if c == 0 {
			zeros[i&1]++
		}
	}
	switch half := len(b) / 2; {
	case zeros[1] > half/2 && zeros[0] <= half/50:
		return binary.LittleEndian
	case zeros[0] > half/2 && zeros[1] <= half/50:
		return binary.BigEndian
	}
	return nil
}
