package jobs

import (
	"encoding/base64"
	"errors"
)

// Keys encrypt what the store must not be able to read. A *keyring.Ring is
// some.
type Keys interface {
	// Seal encrypts plain. Only who says the same about it can open it.
	Seal(plain []byte, about string) ([]byte, error)

	// Open undoes Seal, or returns ErrNoKey or ErrDamaged.
	Open(sealed []byte, about string) ([]byte, error)

	// Marks stand for b and tell nothing about it to who has no keys. One that
	// an older key has made is among all.
	Marks(b []byte) (all []string, primary string)
}

// asSealed begins what is sealed, in the place of how it is packed. So what was
// stored before there were keys is read as it was.
const asSealed = '#'

// What a value of a record is: with the job's name, what Keys are told about it.
// A value that was moved to another job, or to another field of its own, does
// not open.
const (
	aRequest = "request"
	aFile    = "file"
	aResult  = "result"
	anError  = "error"
)

func about(n name, what string) string { return "classifyd " + what + " of " + string(n) }

// seal is a value as a record holds it; without keys it stays as it is, and
// nothing stays nothing.
func (q *Queue) seal(packed []byte, n name, what string) ([]byte, error) {
	if q.opt.Keys == nil || len(packed) == 0 {
		return packed, nil
	}
	sealed, err := q.opt.Keys.Seal(packed, about(n, what))
	if err != nil {
		return nil, err
	}
	return append([]byte{asSealed}, sealed...), nil
}

// unseal undoes seal. What never was sealed stays as it is.
func (q *Queue) unseal(stored string, n name, what string) (string, error) {
	if stored == "" || stored[0] != asSealed {
		return stored, nil
	}
	if q.opt.Keys == nil {
		return "", ErrNoKey
	}
	packed, err := q.opt.Keys.Open([]byte(stored[1:]), about(n, what))
	return string(packed), err
}

// read is a value of a record as it was before it was packed and sealed.
func (q *Queue) read(stored string, n name, what string) ([]byte, error) {
	packed, err := q.unseal(stored, n, what)
	if err != nil {
		return nil, err
	}
	return q.packer.unpack(packed)
}

// lineText is how what is sealed stands in a line. It takes no two texts for the
// same bytes.
var lineText = base64.RawStdEncoding.Strict()

// sealLine is seal for a value that stands in a line among others.
func (q *Queue) sealLine(line string, n name, what string) (string, error) {
	if q.opt.Keys == nil {
		return line, nil
	}
	sealed, err := q.seal([]byte(line), n, what)
	if err != nil {
		return "", err
	}
	return string(asSealed) + lineText.EncodeToString(sealed[1:]), nil
}

func (q *Queue) unsealLine(line string, n name, what string) (string, error) {
	if line == "" || line[0] != asSealed {
		return line, nil
	}
	sealed, err := lineText.DecodeString(line[1:])
	if err != nil {
		return "", ErrDamaged
	}
	return q.unseal(string(asSealed)+string(sealed), n, what)
}

// sealedError stands for the error of an attempt that cannot be read.
func sealedError(err error) Error {
	if errors.Is(err, ErrNoKey) {
		return Error{Code: KeyMissing, Message: "what went wrong is encrypted with a key that the service does not have"}
	}
	return Error{Code: InternalError, Message: "what went wrong is not stored whole"}
}
