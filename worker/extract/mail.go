package extract

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"path"
	"strconv"
	"strings"

	"golang.org/x/net/html/charset"
)

// mail extracts a message, RFC 5322 and 2045 to 2049: its headers, its texts
// and its attachments, as they come by. It takes what is common though wrong:
// parts without an end, header lines without a colon, stray bytes in base64.
func (r *run) mail(s *source) error {
	return (&message{run: r, src: s, in: bufio.NewReaderSize(s.reader(), 16<<10)}).part("", 0)
}

// maxHeader bounds the headers of a part; what comes behind is its body.
const maxHeader = 1 << 20

// maxMultiparts bounds how deep parts lie in each other.
const maxMultiparts = 100

// A message is read part by part from one stream.
type message struct {
	run *run
	src *source
	in  *bufio.Reader

	bounds [][]byte // of the multiparts that are open, the innermost last
	hit    int      // the one that ended the last body; -1 is the end of the file
	closed bool     // and whether it ended its multipart too
}

// A header is a header line with its folds undone.
type header struct{ name, value string }

// headers reads the header lines of a part.
func (m *message) headers() ([]header, error) {
	var list []header
	for size := 0; size < maxHeader; {
		b, err := m.in.Peek(2)
		if len(b) == 0 {
			return list, err
		}
		if b[0] == '\n' {
			_, err = m.in.Discard(1)
			return list, err
		}
		if string(b) == "\r\n" {
			_, err = m.in.Discard(2)
			return list, err
		}
		if string(b) == "--" && len(m.bounds) > 0 {
			return list, nil // a part that has no body and does not say so
		}
		line, err := m.in.ReadString('\n')
		if err != nil && err != io.EOF {
			return list, err
		}
		size += len(line)
		name, value, ok := strings.Cut(line, ":")
		switch fold := b[0] == ' ' || b[0] == '\t'; {
		case fold && len(list) > 0:
			list[len(list)-1].value += " " + strings.TrimSpace(line)
		case ok && isToken([]byte(strings.TrimSpace(name))):
			list = append(list, header{strings.TrimSpace(name), strings.TrimSpace(value)})
		case strings.HasPrefix(line, "From ") || strings.HasPrefix(line, ">From "):
		default:
			list = append(list, header{"", strings.TrimSpace(line)})
		}
	}
	return list, nil
}

func field(list []header, name string) string {
	for _, h := range list {
		if strings.EqualFold(h.name, name) {
			return h.value
		}
	}
	return ""
}

// sealed are headers that hold signatures and routing, which are no text.
var sealed = []string{"dkim-", "arc-", "x-google-dkim", "x-ms-exchange-", "x-microsoft-antispam", "x-gm-message-state", "domainkey-"}

// part reads one part, whose number is id, with its headers. The message as a
// whole is the part without one.
func (m *message) part(id string, depth int) error {
	list, err := m.headers()
	if err != nil && err != io.EOF {
		return err
	}
	if id == "" {
		if err := m.writeHeaders(list); err != nil {
			return err
		}
	}
	media, params, err := mime.ParseMediaType(field(list, "Content-Type"))
	if err != nil && media == "" {
		media, params = "text/plain", nil
	}
	if bound := params["boundary"]; strings.HasPrefix(media, "multipart/") && bound != "" {
		return m.multipart(id, bound, depth)
	}
	if id == "" {
		id = "1"
	}
	s := &source{name: fileName(list, params), media: media, charset: params["charset"], depth: m.src.depth, windows: m.src.windows}
	s.loc = m.src.loc.with(id)
	body := m.body()
	s.r = decodedBody(body, field(list, "Content-Transfer-Encoding"))
	text := s.name == "" && strings.HasPrefix(media, "text/")
	switch {
	case media == "application/pkcs7-mime" && params["smime-type"] != "signed-data", media == "application/pgp-encrypted",
		media == "application/x-pkcs7-mime" && params["smime-type"] == "enveloped-data":
		err = m.run.tolerate(s.loc, errEncrypted)
	case strings.HasSuffix(media, "pkcs7-signature"), media == "application/pgp-signature":
	case text:
		m.run.separate()
		err = m.run.tolerate(s.loc, m.run.file(s))
	default:
		if s.name == "" {
			s.name = defaultName(media)
		}
		s.loc, s.depth = s.loc.in(s.name), s.depth+1
		err = m.run.inner(s)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, body) // what a parser left
	return err
}

// multipart reads the parts between the boundaries.
func (m *message) multipart(id, bound string, depth int) error {
	if depth >= maxMultiparts {
		return errDepth
	}
	m.bounds = append(m.bounds, []byte("--"+bound))
	mine := len(m.bounds) - 1
	_, err := io.Copy(io.Discard, m.body()) // what old readers see
	for n := 1; err == nil && m.hit == mine && !m.closed; n++ {
		child := strconv.Itoa(n)
		if id != "" {
			child = id + "." + child
		}
		err = m.part(child, depth+1)
	}
	m.bounds = m.bounds[:mine]
	if err != nil {
		return err
	}
	if m.hit < mine {
		return nil // the outer multipart goes on, or the file is at its end
	}
	_, err = io.Copy(io.Discard, m.body())
	return err
}

func (m *message) writeHeaders(list []header) error {
	loc := m.src.loc.with("header")
	loc.Line = 1
	words := mime.WordDecoder{CharsetReader: func(label string, in io.Reader) (io.Reader, error) {
		return charset.NewReaderLabel(label, in)
	}}
	p := prose{r: m.run, loc: loc}
next:
	for _, h := range list {
		for _, s := range sealed {
			if strings.HasPrefix(strings.ToLower(h.name), s) {
				continue next
			}
		}
		value := h.value
		if decoded, err := words.DecodeHeader(value); err == nil {
			value = decoded
		}
		if h.name != "" {
			value = h.name + ": " + value
		}
		if err := p.write(value + "\n"); err != nil {
			return err
		}
	}
	return nil
}

// body reads the part at hand until a boundary, which m.hit then tells. Read
// behind its end, it stays there; the next body is another part's.
func (m *message) body() io.Reader {
	m.hit, m.closed = len(m.bounds), false
	var (
		pending []byte // read, and not given yet
		eol     []byte // the line end before pending, which a boundary takes
		start   = true // of a line
		done    = false
	)
	return readerFunc(func(p []byte) (int, error) {
		for len(pending) == 0 {
			if done {
				return 0, io.EOF
			}
			if start && m.boundary() {
				done = true
				return 0, io.EOF
			}
			line, err := m.in.ReadSlice('\n')
			if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
				return 0, err
			}
			if len(line) == 0 {
				m.hit, done = -1, true
				pending = eol
				eol = nil
				continue
			}
			start = line[len(line)-1] == '\n'
			text := line
			if start {
				text = bytes.TrimSuffix(line[:len(line)-1], []byte("\r"))
			}
			pending = append(append(pending, eol...), text...)
			eol = append([]byte(nil), line[len(text):]...)
		}
		n := copy(p, pending)
		pending = pending[n:]
		return n, nil
	})
}

// boundary consumes the line at hand if it is a boundary of an open multipart.
func (m *message) boundary() bool {
	if len(m.bounds) == 0 {
		return false
	}
	b, _ := m.in.Peek(2)
	if string(b) != "--" {
		return false
	}
	line, _ := m.in.Peek(512)
	whole := line
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		whole = line[:i+1]
	}
	line = bytes.TrimRight(whole, " \t\r\n")
	for i := len(m.bounds) - 1; i >= 0; i-- {
		rest, ok := bytes.CutPrefix(line, m.bounds[i])
		if ok && (len(rest) == 0 || string(rest) == "--") {
			m.hit, m.closed = i, len(rest) > 0
			_, _ = m.in.Discard(len(whole))
			return true
		}
	}
	return false
}

func fileName(list []header, params map[string]string) string {
	_, disposition, _ := mime.ParseMediaType(field(list, "Content-Disposition"))
	name := disposition["filename"]
	if name == "" {
		name = params["name"]
	}
	words := mime.WordDecoder{CharsetReader: func(label string, in io.Reader) (io.Reader, error) {
		return charset.NewReaderLabel(label, in)
	}}
	if decoded, err := words.DecodeHeader(name); err == nil {
		name = decoded
	}
	if name == "" {
		return ""
	}
	return path.Base(strings.ReplaceAll(name, `\`, "/"))
}

// defaultName names a part that has no name of its own.
func defaultName(media string) string {
	if media == "message/rfc822" {
		return "message.eml"
	}
	_, sub, _ := strings.Cut(media, "/")
	return "part." + sub
}

// decodedBody undoes a content transfer encoding.
func decodedBody(r io.Reader, encoding string) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.RawStdEncoding, base64Only(r))
	case "quoted-printable":
		return unquoted(r)
	}
	return r
}

// base64Only passes the characters of base64 on, up to the padding: line ends
// and whatever a gateway put between are not part of it.
func base64Only(r io.Reader) io.Reader {
	padded := false
	return readerFunc(func(p []byte) (int, error) {
		for {
			n, err := r.Read(p)
			kept := 0
			for _, c := range p[:n] {
				padded = padded || c == '='
				if !padded && (c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/') {
					p[kept] = c
					kept++
				}
			}
			if kept > 0 || err != nil {
				return kept, err
			}
		}
	})
}

// unquoted undoes quoted-printable, RFC 2045 section 6.7. What is no escape
// stays as it is.
func unquoted(r io.Reader) io.Reader {
	br := bufio.NewReader(r)
	return readerFunc(func(p []byte) (int, error) {
		n := 0
		for n < len(p) {
			c, err := br.ReadByte()
			if err != nil {
				if n > 0 {
					return n, nil
				}
				return 0, err
			}
			if c != '=' {
				p[n] = c
				n++
				continue
			}
			b, _ := br.Peek(2)
			switch {
			case len(b) > 0 && b[0] == '\n':
				_, _ = br.Discard(1)
			case len(b) == 2 && b[0] == '\r' && b[1] == '\n':
				_, _ = br.Discard(2)
			default:
				v, err := strconv.ParseUint(string(b), 16, 8)
				if len(b) == 2 && err == nil {
					c = byte(v)
					_, _ = br.Discard(2)
				}
				p[n] = c
				n++
			}
		}
		return n, nil
	})
}

// mbox extracts the messages of a mailbox one after the other. They count as
// depth, but not as members: a mailbox is a text that happens to have many.
func (r *run) mbox(s *source) error {
	in := bufio.NewReaderSize(s.reader(), 16<<10)
	for n := 1; ; n++ {
		if _, err := in.Peek(1); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		one := &source{name: "message-" + strconv.Itoa(n) + ".eml", media: "message/rfc822", depth: s.depth + 1, windows: s.windows, r: mboxMessage(in)}
		one.loc = s.loc.in(one.name)
		r.separate()
		if err := r.tolerate(one.loc, r.mail(one)); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, one.r); err != nil {
			return err
		}
	}
}

// mboxMessage reads from a "From " line to the next one that follows an empty
// line.
func mboxMessage(in *bufio.Reader) io.Reader {
	var pending []byte
	first, empty, start := true, false, true
	return readerFunc(func(p []byte) (int, error) {
		if len(pending) == 0 {
			if start && empty && !first {
				if b, _ := in.Peek(5); string(b) == "From " {
					return 0, io.EOF
				}
			}
			line, err := in.ReadSlice('\n')
			if err != nil && err != bufio.ErrBufferFull && (err != io.EOF || len(line) == 0) {
				return 0, err
			}
			empty = start && len(bytes.TrimRight(line, "\r\n")) == 0
			start = line[len(line)-1] == '\n'
			first = false
			pending = append(pending[:0], line...)
		}
		n := copy(p, pending)
		pending = pending[n:]
		return n, nil
	})
}
