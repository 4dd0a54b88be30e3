package odata

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"strings"
	"time"
)

// ErrToken refuses a continuation token that is damaged, of a version that is
// no longer read, or bound to something else.
var ErrToken = errors.New("continuation token is not one that this listing has given out")

// A Token is the place where a listing goes on: behind the item with this
// creation time and id.
type Token struct {
	Created time.Time // to the microsecond, UTC
	ID      string    // at most MaxID bytes
}

// MaxID is how long an id in a token can be.
const MaxID = 128

const (
	tokenVersion = 1
	tokenHead    = 1 + 8 // version and creation time
	tokenSum     = 16
)

// Encode writes t as text that fits into an address as it is. It is bound to
// what bind has already taken in, which should be at least the tenant, the
// collection and Query.Binding, each so written that they cannot run into one
// another. With an HMAC as bind nobody else can make a token; with a plain hash
// it is only safe from mistakes. bind sums up to at least 16 bytes.
func (t Token) Encode(bind hash.Hash) string {
	b := []byte{tokenVersion}
	b = binary.BigEndian.AppendUint64(b, uint64(t.Created.UnixMicro()))
	b = append(b, t.ID...)
	return base64.RawURLEncoding.EncodeToString(append(b, sum(bind, b)...))
}

// DecodeToken reads what Encode wrote with a bind that took in the same.
// Otherwise the error is ErrToken.
func DecodeToken(s string, bind hash.Hash) (Token, error) {
	// The decoder of base64 skips line ends.
	if len(s) > base64.RawURLEncoding.EncodedLen(tokenHead+MaxID+tokenSum) || strings.ContainsAny(s, "\r\n") {
		return Token{}, ErrToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) < tokenHead+tokenSum || b[0] != tokenVersion {
		return Token{}, ErrToken
	}
	b, got := b[:len(b)-tokenSum], b[len(b)-tokenSum:]
	if !hmac.Equal(got, sum(bind, b)) {
		return Token{}, ErrToken
	}
	micros := int64(binary.BigEndian.Uint64(b[1:]))
	return Token{time.UnixMicro(micros).UTC(), string(b[tokenHead:])}, nil
}

// sum ends what bind took in with the place. The zero byte keeps the two
// apart, since nothing that is bound ends in one.
func sum(bind hash.Hash, place []byte) []byte {
	bind.Write([]byte{0})
	bind.Write(place)
	return bind.Sum(nil)[:tokenSum]
}
