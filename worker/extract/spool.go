package extract

import (
	"bytes"
	"io"
	"os"
)

// spoolMemory is how large a member may be to be held in memory.
const spoolMemory = 4 << 20

// spool makes s readable at any place. The caller calls done when it is.
func (r *run) spool(s *source) (done func(), err error) {
	if s.at != nil {
		return func() {}, nil
	}
	var buf bytes.Buffer
	n, err := io.CopyN(&buf, s.r, spoolMemory)
	if err == io.EOF {
		s.at = &window{b: r.budget, r: bytes.NewReader(buf.Bytes()), size: n}
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(r.x.opt.TempDir, "extract-*")
	if err != nil {
		return nil, r.lost(err)
	}
	// Without a name the content is gone with the process, however that ends.
	unlinked := os.Remove(f.Name()) == nil
	done = func() {
		f.Close()
		if !unlinked {
			os.Remove(f.Name())
		}
	}
	n, err = io.Copy(disk{r.budget, f}, io.MultiReader(&buf, s.r))
	if err != nil {
		done()
		return nil, err
	}
	s.at = &window{b: r.budget, r: f, size: n}
	return done, nil
}

// A disk is a file that ends the call when it cannot be written.
type disk struct {
	b *budget
	f *os.File
}

func (d disk) Write(p []byte) (int, error) {
	n, err := d.f.Write(p)
	return n, d.b.lost(err)
}

// whole reads all of a source that a parser wants in one piece.
func whole(r io.Reader, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if int64(len(b)) > most {
		return b[:most], errMemory
	}
	return b, err
}
