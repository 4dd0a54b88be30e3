package client

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/classifyd/classifyd/api/wire"
)

// An Error is an answer that is not a success.
type Error struct {
	Status    int    // of HTTP
	Code      string // what exactly went wrong: jobNotFound; "" when something else than classifyd answered
	Target    string // the property, option or header that is wrong
	Message   string // for people
	RequestID string // names the call in the service's log
}

func (e *Error) Error() string {
	return fmt.Sprintf("%d %s: %s", e.Status, cmp.Or(e.Code, http.StatusText(e.Status)), cmp.Or(e.Message, "the answer has no explanation"))
}

const maxError = 1 << 20 // bytes of an error's body that are read

func readError(resp *http.Response) error {
	e := &Error{Status: resp.StatusCode, RequestID: resp.Header.Get("request-id")}
	var body wire.ErrorBody
	// What cannot be read has no more to say than its status.
	if b, err := io.ReadAll(io.LimitReader(resp.Body, maxError)); err == nil && json.Unmarshal(b, &body) == nil {
		e.Code = cmp.Or(body.Error.InnerError.Code, body.Error.Code)
		e.Target = body.Error.Target
		e.Message = body.Error.Message
	}
	return e
}
