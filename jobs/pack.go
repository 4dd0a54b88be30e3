package jobs

import "github.com/klauspost/compress/zstd"

// What a record holds of requests, files and results is packed: a byte that
// says how, then the bytes as they are or as a zstd frame, RFC 8878. Neither
// byte begins a JSON text, which is how an older version kept them.
const (
	asItIs = '='
	asZstd = 'z'
)

const (
	packFrom = 512      // bytes; below, there is little to gain
	packMost = 64 << 20 // of what one unpacks to: a result may be this large where there are no blobs
)

// A packer packs what is worth it. Its methods may be called from many
// goroutines, and start none.
type packer struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newPacker() *packer {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(256<<10))
	if err != nil {
		panic(err) // the options are what they always are
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(packMost), zstd.WithDecoderConcurrency(0))
	if err != nil {
		panic(err)
	}
	return &packer{enc, dec}
}

func (p *packer) close() {
	_ = p.enc.Close() // it has written to nothing
	p.dec.Close()
}

// pack is b as a record holds it; nothing stays nothing.
func (p *packer) pack(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	if len(b) >= packFrom && len(b) <= packMost {
		out := p.enc.EncodeAll(b, append(make([]byte, 0, len(b)/2+64), asZstd))
		if len(out) <= len(b) {
			return out
		}
	}
	return append(append(make([]byte, 0, len(b)+1), asItIs), b...)
}

// unpack undoes pack.
func (p *packer) unpack(s string) ([]byte, error) {
	switch {
	case s == "":
		return nil, nil
	case s[0] == asItIs:
		return []byte(s[1:]), nil
	case s[0] == asZstd:
		b, err := p.dec.DecodeAll([]byte(s[1:]), nil)
		if err != nil {
			return nil, ErrDamaged // what the decoder says may quote content
		}
		return b, nil
	}
	return []byte(s), nil
}
