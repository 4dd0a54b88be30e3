package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/classifyd/classifyd/jobs"
)

var errToken = badRequest("invalidToken", "$skiptoken", "$skiptoken is not one that this listing has given out: start it again")

// token writes down where a listing stands: creation time in microseconds, id,
// and a sum that binds it to the tenant and to the question asked. It is no
// secret; it shows mistakes, and who forges one moves in their own jobs only.
func (c collection) token(r *http.Request, o options, at jobs.Cursor) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(at.Created.UnixMicro()))
	id := uuid.MustParse(string(at.ID)) // jobs have no other ids
	b = append(b, id[:]...)
	return base64.RawURLEncoding.EncodeToString(append(b, c.tokenSum(r, o, b)...))
}

const tokenLen, tokenSumLen = 24, 8

func (c collection) cursor(r *http.Request, o options) (jobs.Cursor, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(o.token)
	if err != nil || len(b) != tokenLen+tokenSumLen || string(b[tokenLen:]) != string(c.tokenSum(r, o, b[:tokenLen])) {
		return jobs.Cursor{}, errToken
	}
	at := int64(binary.BigEndian.Uint64(b))
	return jobs.Cursor{Created: time.UnixMicro(at).UTC(), ID: jobs.ID(uuid.UUID(b[8:tokenLen]).String())}, nil
}

func (c collection) tokenSum(r *http.Request, o options, place []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s %q %q %t %x", c.name, callOf(r).Tenant, o.filter, o.oldest, place)
	return h.Sum(nil)[:tokenSumLen]
}
