package extract

import (
	"bufio"
	"encoding/binary"
	"io"
	"strings"
)

// The records of MS-PPT 2.13.24 that hold text, or records that do.
const (
	pptSlide         = 1006
	pptNotes         = 1008
	pptNotesAtom     = 1009
	pptMainMaster    = 1016
	pptSlideList     = 4080
	pptSlidePersist  = 1011
	pptTextChars     = 4000
	pptTextBytes     = 4008
	pptCString       = 4026
	pptCryptSession  = 12052
	pptContainer     = 0xf // the version of a record that holds records
	maxPPTContainers = 100
)

// powerpoint97 extracts a PPT. The texts of placeholders stand in the list of
// slides, those of other shapes in the slides, which come in the order of their
// making; so the number of a slide is that order.
func (r *run) powerpoint97(c *compound) error {
	if user, err := c.bytes(r, "Current User"); err == nil && len(user) >= 16 && binary.LittleEndian.Uint32(user[12:]) == 0xf3d1c4df {
		return errEncrypted
	}
	p := &ppt{prose: prose{r: r, loc: c.loc}, base: c.loc, numbers: make(map[uint32]int), in: bufio.NewReader(c.open(r, "PowerPoint Document"))}
	p.loc.Line = 1
	err := p.walk(1<<62, 0)
	if err == io.EOF {
		err = nil
	}
	if werr := p.end(); werr != nil {
		return werr
	}
	return err
}

type ppt struct {
	prose
	base   Location
	in     *bufio.Reader
	listed int // slides of the list so far
	slides int // slide containers so far

	numbers map[uint32]int // of slides, by their id
}

// walk reads the records in size bytes.
func (p *ppt) walk(size int64, depth int) error {
	for size >= 8 {
		var h [8]byte
		if _, err := io.ReadFull(p.in, h[:]); err != nil {
			if depth > 0 {
				err = ended(err)
			}
			return err
		}
		version := binary.LittleEndian.Uint16(h[:])
		kind := int(binary.LittleEndian.Uint16(h[2:]))
		n := int64(binary.LittleEndian.Uint32(h[4:]))
		if size -= 8; n > size {
			return errDamaged
		}
		size -= n
		if kind == pptCryptSession {
			return errEncrypted
		}
		if err := p.record(kind, int(version>>4), n, version&15 == pptContainer, depth); err != nil {
			return err
		}
	}
	_, err := p.in.Discard(int(size))
	return err
}

func (p *ppt) record(kind, instance int, n int64, container bool, depth int) error {
	switch kind {
	case pptSlide:
		p.slides++
		p.at(p.slides, "")
	case pptNotes:
		p.at(0, "notes")
	case pptMainMaster:
		p.at(0, "master")
	case pptSlideList:
		p.listed = 0
		if p.at(0, ""); instance != 0 { // the lists of masters and notes
			p.at(0, "master")
		}
	case pptSlidePersist:
		if p.loc.Part != p.base.Part {
			break
		}
		p.listed++
		p.at(p.listed, "")
		if b, err := p.in.Peek(16); err == nil && n >= 16 {
			p.numbers[binary.LittleEndian.Uint32(b[12:])] = p.listed
		}
	case pptNotesAtom:
		if b, err := p.in.Peek(4); err == nil && n >= 4 {
			p.at(p.numbers[binary.LittleEndian.Uint32(b)], "notes")
		}
	}
	switch {
	case container && depth < maxPPTContainers:
		return p.walk(n, depth+1)
	case kind == pptTextChars || kind == pptTextBytes || kind == pptCString:
		if n > maxToken {
			return errMemory
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(p.in, b); err != nil {
			return ended(err)
		}
		text := codePage(b, 28591)
		if kind != pptTextBytes {
			text = utf16LE(b)
		}
		if strings.HasPrefix(text, "___PPT") {
			return nil // the name of what a newer version has added
		}
		p.gap = "\n"
		return p.write(strings.NewReplacer("\r", "\n", "\v", "\n").Replace(text))
	}
	for n > 0 {
		k, err := p.in.Discard(int(min(n, 1<<30)))
		if err != nil {
			return ended(err)
		}
		n -= int64(k)
	}
	return nil
}

func (p *ppt) at(slide int, part string) {
	p.loc = p.base
	p.loc.Slide, p.loc.Line = slide, 1
	if part != "" {
		p.loc = p.loc.with(part)
	}
	p.gap = ""
	p.r.separate()
}
