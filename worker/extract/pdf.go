package extract

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// pdfPages bounds the memory of one PDF: 256 MiB in pages of WebAssembly.
const pdfPages = 4096

// A pdfEngine runs PDFium in a sandbox: each file in an instance of its own,
// which has no file system and can be stopped at any time.
type pdfEngine struct {
	opt Options

	mu    sync.Mutex // guards pool and cache
	pool  pdfium.Pool
	cache wazero.CompilationCache
}

// start compiles the engine, when the first PDF comes.
func (e *pdfEngine) start() (pdfium.Pool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pool != nil {
		return e.pool, nil
	}
	cache := wazero.NewCompilationCache()
	if e.opt.CacheDir != "" {
		var err error
		if cache, err = wazero.NewCompilationCacheWithDir(e.opt.CacheDir); err != nil {
			return nil, err
		}
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxIdle:  e.opt.PDFs,
		MaxTotal: e.opt.PDFs,
		FSConfig: wazero.NewFSConfig(), // nothing of the host's
		Stdout:   io.Discard,
		Stderr:   io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfig().
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling). // PDFium is built with these
			WithMemoryLimitPages(pdfPages).
			WithCloseOnContextDone(true).
			WithCompilationCache(cache),
	})
	if err != nil {
		return nil, errors.Join(err, cache.Close(context.Background()))
	}
	e.pool, e.cache = pool, cache
	return pool, nil
}

func (e *pdfEngine) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pool == nil {
		return nil
	}
	err := errors.Join(e.pool.Close(), e.cache.Close(context.Background()))
	e.pool, e.cache = nil, nil
	return err
}

// pdfFile extracts a PDF page by page.
func (r *run) pdfFile(s *source) error {
	done, err := r.spool(s)
	if err != nil {
		return err
	}
	defer done()
	pool, err := r.x.pdf.start()
	if err != nil {
		return r.lost(err)
	}
	inst, err := pool.GetInstanceWithContext(r.ctx)
	if err != nil {
		return r.lost(err)
	}
	killed := make(chan struct{})
	stop := context.AfterFunc(r.ctx, func() {
		defer close(killed)
		_ = inst.Kill()
	})
	// The library keeps the reader of an instance that was killed.
	file := &detachable{io.NewSectionReader(s.at, 0, s.at.size)}
	p := &pdf{run: r, source: s, inst: inst}
	err = p.read(file)
	if stop() {
		_ = inst.Close()
	} else {
		<-killed
	}
	file.ReadSeeker = nil
	if err != nil {
		return err
	}
	// Only now, since one that is a PDF waits for an instance too.
	for _, f := range p.files {
		if err := r.descend(s, f); err != nil {
			return err
		}
	}
	return nil
}

type detachable struct{ io.ReadSeeker }

type pdf struct {
	*run
	*source
	inst pdfium.Pdfium
	doc  references.FPDF_DOCUMENT

	files []*source // attached
}

func (p *pdf) read(file io.ReadSeeker) error {
	doc, err := p.inst.OpenDocument(&requests.OpenDocument{FileReader: file, FileReaderSize: p.at.size})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return errEncrypted
	case err != nil:
		return err
	}
	p.doc = doc.Document
	pages, err := p.inst.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: p.doc})
	if err != nil {
		return err
	}
	if err := p.properties(); err != nil {
		return err
	}
	text := false
	for i := range pages.PageCount {
		loc := p.source.loc
		loc.Page, loc.Line = i+1, 1
		found, err := p.page(i, loc)
		if err == nil && !found && p.x.opt.OCR != nil {
			found, err = true, p.scanned(i, loc)
		}
		text = text || found
		if err := p.tolerate(loc, err); err != nil {
			return err
		}
	}
	if err := p.attachments(); err != nil {
		return err
	}
	if !text && len(p.files) == 0 && p.x.opt.OCR == nil {
		return errScan
	}
	return nil
}

func (p *pdf) properties() error {
	meta, err := p.inst.GetMetaData(&requests.GetMetaData{Document: p.doc})
	if err != nil {
		return nil // a file without them is none the worse
	}
	out := prose{r: p.run, loc: locOf(p.source.loc, "properties")}
	for _, t := range meta.Tags {
		if t.Value == "" || t.Tag == "CreationDate" || t.Tag == "ModDate" {
			continue
		}
		if err := out.write(t.Tag + ": " + t.Value + "\n"); err != nil {
			return err
		}
	}
	return nil
}

// page writes the text of a page, then what is typed into its fields and noted
// on it, and reports whether there was any.
func (p *pdf) page(i int, loc Location) (found bool, err error) {
	if err := p.left(); err != nil {
		return false, err
	}
	loaded, err := p.inst.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: p.doc, Index: i})
	if err != nil {
		return false, err
	}
	page := requests.Page{ByReference: &loaded.Page}
	defer p.inst.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
	text, err := p.inst.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		return false, err
	}
	defer p.inst.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage})
	n, err := p.inst.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
	if err != nil {
		return false, err
	}
	out := prose{r: p.run, loc: loc}
	for at := 0; at < n.Count; at += pdfChars {
		part, err := p.inst.FPDFText_GetText(&requests.FPDFText_GetText{
			TextPage: text.TextPage, StartIndex: at, Count: min(pdfChars, n.Count-at),
		})
		if err != nil {
			return found, err
		}
		found = true
		if err := out.write(string(bytes.ReplaceAll([]byte(part.Text), []byte("\r\n"), []byte("\n")))); err != nil {
			return found, err
		}
	}
	out.gap = "\n"
	noted, err := p.notes(page, &out)
	if err != nil {
		return found, err
	}
	return found || noted, out.end()
}

// pdfChars is how much of a page is taken at once.
const pdfChars = 1 << 20

// noteKeys are the entries of an annotation that hold text, ISO 32000-1 12.5:
// a note's, a field's name, what stands for it, and its value.
var noteKeys = []string{"Contents", "T", "TU", "V"}

func (p *pdf) notes(page requests.Page, out *prose) (found bool, err error) {
	n, err := p.inst.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: page})
	if err != nil {
		return false, err
	}
	for i := range n.Count {
		if err := p.left(); err != nil {
			return found, err
		}
		a, err := p.inst.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: page, Index: i})
		if err != nil {
			continue // the others may be sound
		}
		for _, key := range noteKeys {
			v, err := p.inst.FPDFAnnot_GetStringValue(&requests.FPDFAnnot_GetStringValue{Annotation: a.Annotation, Key: key})
			if err != nil || v.Value == "" {
				continue
			}
			found = true
			if err := out.write(v.Value); err != nil {
				return found, err
			}
			out.gap = "\n"
		}
		_, _ = p.inst.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: a.Annotation})
	}
	return found, nil
}

// attachments takes the files in the file, as far as they fit into the memory
// and the budget.
func (p *pdf) attachments() error {
	n, err := p.inst.FPDFDoc_GetAttachmentCount(&requests.FPDFDoc_GetAttachmentCount{Document: p.doc})
	if err != nil {
		return p.left()
	}
	size := 0
	for i := range min(n.AttachmentCount, p.limits.Members+1) {
		a, err := p.inst.FPDFDoc_GetAttachment(&requests.FPDFDoc_GetAttachment{Document: p.doc, Index: i})
		if err != nil {
			return p.left()
		}
		name := "attachment"
		if v, err := p.inst.FPDFAttachment_GetName(&requests.FPDFAttachment_GetName{Attachment: a.Attachment}); err == nil && v.Name != "" {
			name = v.Name
		}
		file, err := p.inst.FPDFAttachment_GetFile(&requests.FPDFAttachment_GetFile{Attachment: a.Attachment})
		if err == nil {
			if size += len(file.Contents); size > maxMemory {
				size -= len(file.Contents)
				err = errMemory
			}
		}
		if err != nil {
			if err := p.tolerate(p.source.loc.in(name), err); err != nil {
				return err
			}
			continue
		}
		p.files = append(p.files, &source{name: name, r: p.inflated(bytes.NewReader(file.Contents))})
	}
	return nil
}
