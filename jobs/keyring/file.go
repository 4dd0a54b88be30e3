package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/aead/xaesgcm"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// An ID names a key of a ring, in the form in which it is written: eight
// hexadecimal digits.
type ID uint32

func (id ID) String() string { return fmt.Sprintf("%08x", uint32(id)) }

// ParseID reads what String wrote.
func ParseID(s string) (ID, error) {
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 8 {
		return 0, errors.New("a key's id has eight hexadecimal digits")
	}
	return ID(n), nil
}

// A Key is one of a ring, without what is secret.
type Key struct {
	ID      ID
	Primary bool // seals; all open
}

// List names the keys of a ring, the oldest first.
func List(path string) ([]Key, error) {
	h, err := readFile(path)
	if err != nil {
		return nil, err
	}
	var list []Key
	for i := range h.Len() {
		e, err := h.Entry(i)
		if err != nil {
			return nil, err
		}
		list = append(list, Key{ID(e.KeyID()), e.IsPrimary()})
	}
	return list, nil
}

// Create makes a file with one key, its primary one. A file that is there stays
// as it is.
func Create(path string) (ID, error) {
	m := keyset.NewManager()
	id, err := add(m)
	if err != nil {
		return 0, err
	}
	if err := m.SetPrimary(uint32(id)); err != nil {
		return 0, err
	}
	b, err := encode(m)
	if err != nil {
		return 0, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	return id, fill(f, b)
}

// Add adds a key to a ring. It opens what others seal with it, and seals once
// it is promoted.
func Add(path string) (id ID, err error) {
	err = change(path, func(m *keyset.Manager) error {
		id, err = add(m)
		return err
	})
	return id, err
}

// Promote makes a key of a ring its primary one.
func Promote(path string, id ID) error {
	return change(path, func(m *keyset.Manager) error {
		if m.SetPrimary(uint32(id)) != nil {
			return errNoSuchKey
		}
		return nil
	})
}

// Remove takes a key out of a ring. What is sealed with it cannot be opened
// any more. The primary key stays.
func Remove(path string, id ID) error {
	list, err := List(path)
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.ID == id && k.Primary {
			return errors.New("the primary key cannot be removed: promote another one first")
		}
	}
	return change(path, func(m *keyset.Manager) error {
		if m.Delete(uint32(id)) != nil {
			return errNoSuchKey
		}
		return nil
	})
}

func add(m *keyset.Manager) (ID, error) {
	p, err := xaesgcm.NewParameters(xaesgcm.VariantTink, 12)
	if err != nil {
		return 0, err
	}
	id, err := m.AddNewKeyFromParameters(p)
	return ID(id), err
}

func encode(m *keyset.Manager) ([]byte, error) {
	h, err := m.Handle()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b)); err != nil {
		return nil, err
	}
	return append(b.Bytes(), '\n'), nil
}

// change replaces a ring's file as a whole, so that whoever reads it meanwhile
// reads the one or the other.
func change(path string, with func(*keyset.Manager) error) error {
	h, err := readFile(path)
	if err != nil {
		return err
	}
	m := keyset.NewManagerFromHandle(h)
	if err := with(m); err != nil {
		return err
	}
	b, err := encode(m)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // of mode 0600
	if err != nil {
		return err
	}
	if err := fill(f, b); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), path)
}

var errNoSuchKey = errors.New("there is no such key in the ring")

// fill writes a file to the disk and closes it.
func fill(f *os.File, b []byte) error {
	_, err := f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
