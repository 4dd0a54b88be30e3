package extract

import (
	"bytes"
	"io"
	"strings"
)

// A property is a stream that is called so, with its number and then its type,
// MS-OXCDATA 2.11.1.
const (
	stream = "__substg1.0_"

	propString8 = "001E"
	propUnicode = "001F"
	propBinary  = "0102"
	propObject  = "000D"
)

// outlookText are the properties of a message that hold text, MS-OXPROPS, as
// their four digits, with the part that they make up.
var outlookText = []struct{ id, name string }{
	{"0C1A", "From"}, {"0C1F", "From"}, {"5D01", "From"}, {"0042", "Sender"}, {"0065", "Sender"},
	{"0E04", "To"}, {"0E03", "Cc"}, {"0E02", "Bcc"}, {"0037", "Subject"}, {"007D", ""},
}

// recipientText are those of a recipient.
var recipientText = []string{"3001", "3003", "39FE"}

// outlook extracts a message of Outlook, MS-OXMSG, that lies at the path, its
// attachments, and the messages attached.
func (r *run) outlook(c *compound, at string) error {
	head := prose{r: r, loc: locOf(c.loc, "header")}
	line := func(name, text string) error {
		if text == "" {
			return nil
		}
		if name != "" {
			text = name + ": " + text
		}
		return head.write(strings.TrimRight(text, "\r\n") + "\n")
	}
	for _, t := range outlookText {
		if err := line(t.name, c.property(r, at, t.id)); err != nil {
			return err
		}
	}
	for _, name := range c.children(at, "__recip_version1.0_") {
		for _, id := range recipientText {
			if err := line("Recipient", c.property(r, name, id)); err != nil {
				return err
			}
		}
	}
	body := c.loc.with("1")
	if text := c.property(r, at, "1000"); text != "" {
		if err := r.lines(body, strings.NewReader(text)); err != nil {
			return err
		}
	} else if path := at + stream + "1013" + propBinary; c.has(path) {
		if err := r.part(&source{media: "text/html", loc: body, depth: c.depth, windows: c.windows, r: c.open(r, path)}); err != nil {
			return err
		}
	} else if path := at + stream + "1009" + propBinary; c.has(path) {
		b, err := c.bytes(r, path)
		if err == nil {
			b, err = inflateRTF(r.budget, b)
		}
		if err == nil {
			err = r.part(&source{loc: body, depth: c.depth, windows: c.windows, r: bytes.NewReader(b)})
		}
		if err := r.tolerate(body, err); err != nil {
			return err
		}
	}
	for _, name := range c.children(at, "__attach_version1.0_") {
		if err := r.attachment(c, name); err != nil {
			return err
		}
	}
	return nil
}

// part extracts a text that is not a file of its own.
func (r *run) part(s *source) error {
	r.separate()
	return r.tolerate(s.loc, r.file(s))
}

func (r *run) attachment(c *compound, at string) error {
	name := c.property(r, at, "3707")
	if name == "" {
		name = c.property(r, at, "3704")
	}
	if name == "" {
		name = c.property(r, at, "3001")
	}
	if name == "" {
		name = "attachment"
	}
	if path := at + stream + "3701" + propBinary; c.has(path) {
		return r.descend(c.source, &source{name: name, r: c.open(r, path)})
	}
	inner := at + stream + "3701" + propObject + "/"
	if !c.has(inner + "__properties_version1.0") {
		return nil
	}
	member := &source{name: name, loc: c.loc.in(name), depth: c.depth + 1, windows: c.windows}
	err := r.budget.member(member.depth)
	if err == nil {
		r.separate()
		err = r.outlook(c.as(member), inner)
	}
	return r.tolerate(member.loc, err)
}

// as returns c as a file that lies within it.
func (c *compound) as(member *source) *compound {
	inner := *c
	member.at = c.at
	inner.source = member
	return &inner
}

// property returns a text property of the object at the path.
func (c *compound) property(r *run, at, id string) string {
	if path := at + stream + id + propUnicode; c.has(path) {
		b, _ := c.bytes(r, path)
		return utf16LE(b)
	}
	if path := at + stream + id + propString8; c.has(path) {
		b, _ := c.bytes(r, path)
		return codePage(b, 1252)
	}
	return ""
}

// rtfDictionary is what the window of compressed RTF starts with, MS-OXRTFCP 2.1.2.1.
const rtfDictionary = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript " +
	"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par " +
	"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// inflateRTF decompresses the body of a message that is RTF, MS-OXRTFCP.
func inflateRTF(b *budget, in []byte) ([]byte, error) {
	if len(in) < 16 {
		return nil, io.ErrUnexpectedEOF
	}
	switch string(in[8:12]) {
	case "MELA":
		return in[16:], nil
	case "LZFu":
	default:
		return nil, errDamaged
	}
	in = in[16:]
	var window [4096]byte
	at := copy(window[:], rtfDictionary)
	var text []byte
	put := func(c byte) {
		window[at] = c
		at = (at + 1) % len(window)
		text = append(text, c)
	}
	for len(in) > 0 {
		flags := in[0]
		in = in[1:]
		for bit := 0; bit < 8 && len(in) > 0; bit++ {
			if flags>>bit&1 == 0 {
				put(in[0])
				in = in[1:]
				continue
			}
			if len(in) < 2 {
				return text, io.ErrUnexpectedEOF
			}
			from, n := int(in[0])<<4|int(in[1])>>4, int(in[1]&15)+2
			in = in[2:]
			if from == at {
				return text, b.charge(&b.expanded, int64(len(text)))
			}
			for ; n > 0; n-- {
				put(window[from])
				from = (from + 1) % len(window)
			}
		}
	}
	return text, io.ErrUnexpectedEOF
}
