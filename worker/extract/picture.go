package extract

import (
	"bytes"
	"image/png"
	"strings"

	"github.com/klippa-app/go-pdfium/requests"
)

// picture extracts what is written in a picture.
func (r *run) picture(s *source, media string) error {
	if r.x.opt.OCR == nil {
		return errKind
	}
	b, err := whole(s.reader(), maxMemory)
	if err != nil {
		return err
	}
	return r.recognize(s.loc, media, b)
}

// recognize has the text of a picture, which is at loc, read.
func (r *run) recognize(loc Location, media string, picture []byte) error {
	text, err := r.x.opt.OCR(r.ctx, media, picture)
	if err != nil {
		if _, ok := err.(*Error); ok {
			return err
		}
		return r.lost(err)
	}
	return r.lines(loc, strings.NewReader(text))
}

// scanPixels bounds both sides of a page that is drawn: one of A4 has 300 dots
// to the inch then, which is what OCR is best at.
const scanPixels = 3508

// scanned extracts a page that is a picture.
func (p *pdf) scanned(i int, loc Location) error {
	drawn, err := p.inst.RenderPageInPixels(&requests.RenderPageInPixels{
		Page:        requests.Page{ByIndex: &requests.PageByIndex{Document: p.doc, Index: i}},
		Width:       scanPixels,
		Height:      scanPixels,
		ImageFormat: requests.RenderImageFormatGrayscale,
	})
	if err != nil {
		return err
	}
	defer drawn.Cleanup()
	var b bytes.Buffer
	if err := png.Encode(&b, drawn.Result.RenderedImage); err != nil {
		return err
	}
	return p.recognize(loc, "image/png", b.Bytes())
}
