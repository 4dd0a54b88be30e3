package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/classifyd/classifyd/api/client"
	"github.com/classifyd/classifyd/api/wire"
)

// A source is where an input comes from.
type source struct {
	name string
	text string // of the text command
	path string // of a file, or
	read []byte // what standard input had
}

// find returns the regular files among paths and below them, in lexical order,
// each once. A path that cannot be read is an error before anything is sent.
func find(paths []string, hidden bool, in io.Reader) ([]source, error) {
	var found []source
	seen := map[string]bool{}
	add := func(s source) {
		if !seen[s.name] {
			seen[s.name] = true
			found = append(found, s)
		}
	}
	for _, root := range paths {
		if root == stdin {
			if seen[stdin] {
				continue
			}
			b, err := io.ReadAll(in)
			if err != nil {
				return nil, err
			}
			add(source{name: stdin, read: b})
			continue
		}
		info, err := os.Stat(root) // a link that is named is followed
		if err != nil {
			return nil, err
		}
		if info.Mode().IsRegular() {
			add(source{name: filepath.ToSlash(filepath.Clean(root)), path: root})
			continue
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("%s: is neither a file nor a directory", root)
		}
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case path != root && !hidden && strings.HasPrefix(d.Name(), "."):
				if d.IsDir() {
					return fs.SkipDir
				}
			case d.Type().IsRegular():
				add(source{name: filepath.ToSlash(path), path: path})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// maxPlaced is how large a file can be for the columns of its matches to be told.
const maxPlaced = 16 << 20 // bytes

// classify has by classify s.
func (s source) classify(ctx context.Context, by classifier) (*scanned, error) {
	in := input{name: s.name, text: s.text}
	var content io.ReaderAt = bytes.NewReader(s.read)
	size := int64(len(s.read))
	switch {
	case s.text != "":
		j, err := by.classify(ctx, in)
		if err != nil {
			return nil, err
		}
		return newScanned(s.name, j, s.text)
	case s.path != "":
		f, err := os.Open(s.path)
		if err != nil {
			return failed(s.name, err), nil
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return failed(s.name, err), nil
		}
		content, size = f, info.Size()
	}
	if size == 0 {
		return &scanned{Source: s.name, Status: "succeeded", Found: []wire.DetectedSensitiveContent{}}, nil
	}
	in.content = io.NewSectionReader(content, 0, size)
	j, err := by.classify(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	text := ""
	if size <= maxPlaced && len(j.Result) > 0 {
		b, err := io.ReadAll(io.NewSectionReader(content, 0, size))
		if err == nil && utf8.Valid(b) {
			text = string(b)
		}
	}
	return newScanned(s.name, j, text)
}

// failed is a source that could not be read here.
func failed(name string, err error) *scanned {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return &scanned{Source: name, Status: "failed", Error: &problem{Code: "unreadable", Message: err.Error()}, Found: []wire.DetectedSensitiveContent{}}
}

// newScanned is what a job says about the source of this name. A text may be
// given, in which places are looked up.
func newScanned(name string, j *wire.Job, text string) (*scanned, error) {
	c, err := client.Classification(j)
	if err != nil {
		return nil, err
	}
	s := &scanned{Source: name, Job: j.ID, Status: j.Status, Found: []wire.DetectedSensitiveContent{}}
	if j.Error != nil {
		s.Error = &problem{Code: j.Error.Code, Message: j.Error.Message}
		// That a picture has no text is no failure of whoever asked.
		if j.Error.Code == "unsupportedFileType" && c == nil {
			s.Status = "skipped"
		}
	}
	if c != nil {
		s.Found, s.Partial = c.Found, c.Partial
		s.Explanations, s.Unexplained = c.Explanations, c.Unexplained
	}
	s.text = newText(text)
	return s, nil
}
