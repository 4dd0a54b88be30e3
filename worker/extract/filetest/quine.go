package filetest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"
)

// quineUnit is how long each instruction of a quine is.
const quineUnit = 10

// Quine writes an archive whose only member is the archive itself, byte for
// byte, as R. Cox has described it (Zip Files All The Way Down, 2010). Of
// Deflate it needs two instructions: to copy the bytes that follow, and to
// repeat those that came out last. With all of them one unit long, this program
// prints what stands before it, itself, and what stands behind it.
func Quine(t testing.TB) []byte {
	t.Helper()
	for time := range uint16(100) {
		if sum, ok := fixedSum(func(sum uint32) uint32 { return crc32.ChecksumIEEE(quine(time, sum)) }); ok {
			return quine(time, sum)
		}
	}
	t.Fatal("no checksum is that of the archive which has it")
	return nil
}

// quine is the archive with a checksum that need not be its own, and a time of
// day that does not matter.
func quine(time uint16, sum uint32) []byte {
	// Both ends are whole units: the name and the comment see to that.
	const (
		name, comment = "quines.zip", "  "

		headSize = 30 + len(name)
		footSize = 46 + len(name) + 22 + len(comment)
	)
	program := func(head, foot []byte) []byte {
		l1, l4, r4, none, end := literal(1), literal(4), repeat(4), padded(nil), padded(stored(true, 0))
		n, m := headSize/quineUnit+1, footSize/quineUnit+2
		copyHead, repeatHead, copyTail, repeatTail := literal(n), repeat(n), literal(m), repeat(m)
		return slices.Concat(
			copyHead, head, copyHead, repeatHead,
			l1, repeatHead, l1, l1,
			l4, repeatHead, l1, l1, l4, r4,
			l4, r4, l4, r4, l4, r4,
			l4, r4, none, none, copyTail, r4, none, none,
			copyTail, repeatTail, end, foot, repeatTail, end)
	}
	size := len(program(make([]byte, headSize), make([]byte, footSize)))

	le := binary.LittleEndian
	common := le.AppendUint16([]byte{20, 0, 0, 0, 8, 0}, time) // version, flags, Deflate
	common = le.AppendUint32(append(common, 0, 0), sum)
	common = le.AppendUint32(le.AppendUint32(common, uint32(size)), uint32(headSize+size+footSize))
	common = append(common, byte(len(name)), 0, 0, 0)
	head := slices.Concat([]byte("PK\x03\x04"), common, []byte(name))
	foot := slices.Concat([]byte("PK\x01\x02\x14\x00"), common, make([]byte, 14), []byte(name), []byte("PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"))
	foot = le.AppendUint32(le.AppendUint32(foot, 46+uint32(len(name))), uint32(headSize+size))
	foot = append(foot, byte(len(comment)), 0)
	foot = append(foot, comment...)
	return slices.Concat(head, program(head, foot), foot)
}

// literal copies the units that follow it.
func literal(units int) []byte { return padded(stored(false, units*quineUnit)) }

// stored begins a block of n bytes as they are.
func stored(last bool, n int) []byte {
	b := []byte{0, byte(n), byte(n >> 8), ^byte(n), ^byte(n >> 8)}
	if last {
		b[0] = 1
	}
	return b
}

// padded makes a unit of b, which ends it, with empty blocks.
func padded(b []byte) []byte {
	return append(bytes.Repeat(stored(false, 0), (quineUnit-len(b))/5), b...)
}

// repeat copies the units that came out last, by a single match of that length
// and distance in a block with the codes of RFC 1951, 3.2.6. Empty blocks make
// it a unit long.
func repeat(units int) []byte {
	var w bitWriter
	n := units * quineUnit
	w.bits(0b010, 3)
	code, extra, base := lengthCode(n)
	if code < 280 {
		w.huffman(code-256, 7)
	} else {
		w.huffman(code-280+0b11000000, 8)
	}
	w.bits(n-base, extra)
	code, extra, base = distanceCode(n)
	w.huffman(code, 5)
	w.bits(n-base, extra)
	w.huffman(0, 7)
	for w.n+10+3 <= 8*(quineUnit-4) {
		w.bits(0b010, 3)
		w.huffman(0, 7)
	}
	w.bits(0, 3)
	return append(w.b, 0, 0, 0xff, 0xff)
}

// lengthCode is the code for a length from 11 to 257, how many bits follow it,
// and the length that these are added to.
func lengthCode(n int) (code, extra, base int) {
	code, base = 265, 11
	for extra = 1; ; extra++ {
		for range 4 {
			if n < base+1<<extra {
				return code, extra, base
			}
			code, base = code+1, base+1<<extra
		}
	}
}

// distanceCode is the same for a distance from 5 on.
func distanceCode(n int) (code, extra, base int) {
	code, base = 4, 5
	for extra = 1; ; extra++ {
		for range 2 {
			if n < base+1<<extra {
				return code, extra, base
			}
			code, base = code+1, base+1<<extra
		}
	}
}

// A bitWriter fills bytes from their lowest bit, as Deflate does.
type bitWriter struct {
	b []byte
	n int
}

func (w *bitWriter) bits(v, n int) {
	for i := range n {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (w.n % 8)
		w.n++
	}
}

// huffman writes a code, which goes the other way round.
func (w *bitWriter) huffman(v, n int) {
	for i := range n {
		w.bits(v>>(n-1-i), 1)
	}
}

// fixedSum finds a value that f maps to itself, where f is linear over bits but
// for a constant, as a CRC is: by Gauss' elimination.
func fixedSum(f func(uint32) uint32) (uint32, bool) {
	constant := f(0)
	var rows [32]uint64 // a bit for each bit of the value, and one for the constant
	for i := range 32 {
		column := f(1<<i) ^ constant ^ 1<<i
		for k := range 32 {
			rows[k] |= uint64(column>>k&1) << i
		}
	}
	for k := range 32 {
		rows[k] |= uint64(constant>>k&1) << 32
	}
	for i := range 32 {
		pivot := i
		for pivot < 32 && rows[pivot]>>i&1 == 0 {
			pivot++
		}
		if pivot == 32 {
			return 0, false
		}
		rows[i], rows[pivot] = rows[pivot], rows[i]
		for k := range 32 {
			if k != i && rows[k]>>i&1 == 1 {
				rows[k] ^= rows[i]
			}
		}
	}
	var sum uint32
	for i := range 32 {
		sum |= uint32(rows[i]>>32) << i
	}
	return sum, true
}
