package worker

import (
	"context"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker/classify"
)

// ClassifyFile is the job type that FileClassifier serves.
const ClassifyFile = "classifyFile"

// FileClassifier serves classifyFile: it scans the text of the request's file
// with e, as Classifier does. Offsets count in that text, without a byte order
// mark. A file without text that can be had fails for good with
// unsupportedFileType.
func FileClassifier(e *classify.Engine) jobs.Handler {
	return jobs.Handler{
		Type: ClassifyFile,
		Run: func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			var req fileRequest
			if err := decode(j.Request, &req, "fileClassificationRequest"); err != nil {
				return nil, err
			}
			opt, err := req.options()
			if err != nil {
				return nil, err
			}
			file := req.File
			if j.Content != nil {
				file = make([]byte, j.Content.Size())
				if _, err := j.Content.ReadAt(file, 0); err != nil && err != io.EOF {
					return nil, err
				}
			}
			text, err := fileText(file)
			if err != nil {
				return nil, err
			}
			return scan(ctx, e, text, opt)
		},
	}
}

// fileRequest is Graph's fileClassificationRequest in the form in which the API
// stores it. The file itself is the job's Content; in a job of an API before
// that it still is in the request.
type fileRequest struct {
	File []byte `json:"file"`
	narrowing
}

// fileText is the text of a plain text file: UTF-8, or UTF-16 with a byte order
// mark.
func fileText(file []byte) (string, error) {
	s := string(file)
	switch {
	case strings.HasPrefix(s, "\xff\xfe"):
		s = utf16Text(file[2:], 0, 1)
	case strings.HasPrefix(s, "\xfe\xff"):
		s = utf16Text(file[2:], 1, 0)
	default:
		s = strings.TrimPrefix(s, "\ufeff")
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, binary) {
		return "", jobs.Permanent(&jobs.Error{Code: jobs.UnsupportedFileType, Target: "request.file",
			Message: "the file is not plain text in UTF-8, or in UTF-16 with a byte order mark"})
	}
	return s, nil
}

// utf16Text decodes pairs of bytes, the low one of which stands at low. What is
// not UTF-16 becomes a zero byte, which no text has.
func utf16Text(b []byte, low, high int) string {
	if len(b)%2 != 0 {
		return "\x00"
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i+low]) | uint16(b[2*i+high])<<8
	}
	for i := 0; i < len(units); i++ {
		if !utf16.IsSurrogate(rune(units[i])) {
			continue
		}
		if i+1 == len(units) || utf16.DecodeRune(rune(units[i]), rune(units[i+1])) == unicode.ReplacementChar {
			return "\x00"
		}
		i++
	}
	return string(utf16.Decode(units))
}

// binary reports whether r shows that a file is no text.
func binary(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1b", r) }
