package app

import (
	"errors"
	"math"

	"github.com/dustin/go-humanize"
)

// A Size is a number of bytes. A flag has it plain, or with a unit of powers of
// 1024 (KiB, MiB, GiB) or of 1000 (kB, MB, GB).
type Size int64

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(b []byte) error {
	n, err := humanize.ParseBytes(string(b))
	if err != nil || n > math.MaxInt64 {
		return errors.New("must be a number of bytes, such as 65536, 64KiB or 1GiB")
	}
	*s = Size(n)
	return nil
}
