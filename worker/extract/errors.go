package extract

import (
	"errors"
	"io"
)

// A Code is why text could not be had, in the words of a job's error.
type Code string

// The reasons.
const (
	UnsupportedFileType Code = "unsupportedFileType" // no text can be had from such a file
	ContentTooLarge     Code = "contentTooLarge"     // one of the Limits was passed
	PasswordProtected   Code = "passwordProtected"   // the file is encrypted
	ExtractionFailed    Code = "extractionFailed"    // the file is damaged
)

// An Error tells what could not be read, and why.
type Error struct {
	Code    Code
	Message string // a full thought without content

	// Location is the place of what could not be read. Its names come from the
	// file, so it belongs where the results go, not into a log.
	Location Location

	unread bool // there may be text, which a reader of its format would find
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Minor reports whether e concerns a member of the file that has no text to
// give, such as a picture in a mail: all that can be read was read. A member in
// a form that is not supported is no such thing.
func (e *Error) Minor() bool {
	return e.Code == UnsupportedFileType && !e.unread && (e.Location.Path != "" || e.Location.Part != "")
}

var (
	errDamaged   = &Error{Code: ExtractionFailed, Message: "the file is damaged"}
	errEncrypted = &Error{Code: PasswordProtected, Message: "the file is protected by a password"}
	errKind      = &Error{Code: UnsupportedFileType, Message: "no text can be extracted from this type of file"}
	errScan      = &Error{Code: UnsupportedFileType, Message: "the document has no text, only pictures"}
	errOld       = &Error{Code: UnsupportedFileType, Message: "the document is in a form that is older than what is supported", unread: true}
	errMethod    = &Error{Code: UnsupportedFileType, Message: "the file is compressed by a method that is not supported", unread: true}
	// XLSB keeps its cells in records of its own (MS-XLSB), not in XML: few save
	// so, and what reads XLSX sees nothing of them.
	errBinary = &Error{Code: UnsupportedFileType, Message: "the workbook is in the binary form of Excel, which is not supported; saved as XLSX it can be read", unread: true}

	errSize    = &Error{Code: ContentTooLarge, Message: "the file has more content than the limit allows"}
	errRatio   = &Error{Code: ContentTooLarge, Message: "the file expands more than the limit allows"}
	errMembers = &Error{Code: ContentTooLarge, Message: "the file has more members than the limit allows"}
	errTime    = &Error{Code: ContentTooLarge, Message: "the file takes longer to read than the limit allows"}
	errDepth   = &Error{Code: ContentTooLarge, Message: "the file is nested deeper than the limit allows"}
	errMemory  = &Error{Code: ContentTooLarge, Message: "the file needs more memory to be read than the limit allows"}

	// errStop: the caller wants no more segments.
	errStop = errors.New("stopped")
)

// at returns err as an *Error at loc. What a parser says may quote the content
// and is left out.
func at(loc Location, err error) *Error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		e = errDamaged
	}
	placed := *e
	if placed.Location == (Location{}) {
		placed.Location = loc
	}
	return &placed
}

// ended returns the end of a stream as what it is where more had to come.
func ended(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
