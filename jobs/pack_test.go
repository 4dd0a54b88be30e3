package jobs

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func prose(n int) []byte {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "Order %d was paid by card on day %d; the customer lives at %d Main Street. ", i*7919, i%365, i*31%997)
	}
	return []byte(b.String()[:n])
}

func TestPackedContentUnpacksAndIsNeverLonger(t *testing.T) {
	p := newPacker()
	defer p.close()
	noise := make([]byte, 100_000)
	_, _ = rand.Read(noise) // never fails
	for _, in := range [][]byte{nil, {0}, []byte("z"), []byte("="), prose(packFrom - 1), prose(packFrom), prose(1 << 20), noise} {
		packed := p.pack(in)
		out, err := p.unpack(string(packed))
		if err != nil || !bytes.Equal(in, out) || len(packed) > len(in)+1 {
			t.Errorf("%d bytes were packed into %d and unpacked into %d, %v", len(in), len(packed), len(out), err)
		}
	}
	if packed := p.pack(prose(64 << 10)); len(packed) > 32<<10 {
		t.Errorf("64 KiB of prose were packed into %d bytes", len(packed))
	}
	if out, err := p.unpack(`{"text":"as an older version kept it"}`); err != nil || out[0] != '{' {
		t.Errorf("JSON was unpacked into %q, %v", out, err)
	}
	for _, bad := range []string{"zz", string(p.pack(prose(1 << 10))[:200])} {
		if _, err := p.unpack(bad); !errors.Is(err, ErrDamaged) {
			t.Errorf("unpack(%.10q): %v, want ErrDamaged", bad, err)
		}
	}
}

func BenchmarkPack(b *testing.B) {
	p := newPacker()
	defer p.close()
	for _, size := range []int{512, 4 << 10, 64 << 10, 256 << 10} {
		in := prose(size)
		packed := p.pack(in)
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportMetric(float64(len(packed))/float64(size), "ratio")
			for b.Loop() {
				p.pack(in)
			}
		})
		b.Run(fmt.Sprintf("%dB/back", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := p.unpack(string(packed)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
