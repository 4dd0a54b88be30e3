// Package keyring encrypts what a store keeps, so that who has the store alone
// has nothing.
//
// A ring is a file with keys, of which the primary one seals and all open. So a
// key is replaced without a gap: it is added, made the primary one when every
// process has it, and its predecessor is removed when nothing is sealed with
// that any more.
//
// The file is a Tink keyset in JSON, in clear, of keys for XAES-256-GCM
// (C2SP, https://c2sp.org/XAES-256-GCM): AES-256-GCM under a key that each
// message has for itself, with a nonce of 192 random bits, so that a key never
// wears out. What is sealed begins with Tink's five bytes that name its key.
package keyring

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/xaesgcm"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/classifyd/classifyd/jobs"
)

// A Ring is the keys of a file as they were when it was read. Its methods may
// be called from many goroutines.
type Ring struct {
	aead    tink.AEAD
	keys    []ringKey // the oldest first
	primary int
}

// A ringKey is what is known of a key beside how it seals.
type ringKey struct {
	prefix string // of what it sealed
	marks  []byte // the HMAC key of its marks
}

// prefixLength is that of Tink's name of a key.
const prefixLength = 5

// Read reads a ring. Its file must be its owner's alone.
func Read(path string) (*Ring, error) {
	h, err := readFile(path)
	if err != nil {
		return nil, err
	}
	r := &Ring{}
	if r.aead, err = aead.New(h); err != nil {
		return nil, errForeign
	}
	for i := range h.Len() {
		e, err := h.Entry(i)
		if err != nil {
			return nil, errForeign
		}
		if e.KeyStatus() != keyset.Enabled {
			continue
		}
		k, ok := e.Key().(*xaesgcm.Key)
		if !ok || len(k.OutputPrefix()) != prefixLength {
			return nil, errForeign
		}
		marks, err := hkdf.Key(sha256.New, k.KeyBytes().Data(insecuresecretdataaccess.Token{}), nil, "classifyd marks", sha256.Size)
		if err != nil {
			return nil, err
		}
		if e.IsPrimary() {
			r.primary = len(r.keys)
		}
		r.keys = append(r.keys, ringKey{string(k.OutputPrefix()), marks})
	}
	return r, nil
}

var errForeign = errors.New("is no key ring: make one with classifyd keyring new")

// readFile does not repeat what is in the file in an error.
func readFile(path string) (*keyset.Handle, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !private(info) {
		return nil, fmt.Errorf("%s: others than its owner may read or change it: chmod 600", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
	if err != nil || h.Len() == 0 {
		return nil, fmt.Errorf("%s: %w", path, errForeign)
	}
	return h, nil
}

// Seal encrypts plain with the primary key. Only who says the same about it
// opens it again.
func (r *Ring) Seal(plain []byte, about string) ([]byte, error) {
	return r.aead.Encrypt(plain, []byte(about))
}

// Open undoes Seal. It returns jobs.ErrNoKey where the key is not in the ring,
// and jobs.ErrDamaged where what is sealed is not whole, or not about that.
func (r *Ring) Open(sealed []byte, about string) ([]byte, error) {
	if !r.has(sealed) {
		return nil, jobs.ErrNoKey
	}
	plain, err := r.aead.Decrypt(sealed, []byte(about))
	if err != nil {
		return nil, jobs.ErrDamaged
	}
	return plain, nil
}

// has reports whether the key that sealed is named to be with is in the ring.
// What has no name at all is damaged, and for Open to refuse.
func (r *Ring) has(sealed []byte) bool {
	if len(sealed) < prefixLength {
		return true
	}
	for _, k := range r.keys {
		if k.prefix == string(sealed[:prefixLength]) {
			return true
		}
	}
	return false
}

// Marks stand for b, and tell nothing about it to who does not have the ring:
// one by each key, the oldest first, and that by the primary one.
func (r *Ring) Marks(b []byte) (all []string, primary string) {
	for _, k := range r.keys {
		h := hmac.New(sha256.New, k.marks)
		h.Write(b)
		all = append(all, base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:markLength]))
	}
	return all, all[r.primary]
}

// markLength in bytes makes two of a tenant's requests with the same mark
// unlikely for as long as there are fewer than 2^48.
const markLength = 12

// String does not show keys.
func (r *Ring) String() string {
	var names []string
	for _, k := range r.keys {
		names = append(names, fmt.Sprintf("%x", k.prefix[1:]))
	}
	return "keys " + strings.Join(names, ", ")
}
