package worker

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/classifyd/classifyd/jobs"
)

func TestMaskLeavesFourCharactersOfWhatIsLong(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"1", "*"},
		{"1234567", "*******"},
		{"12345678", "****5678"},
		{"4111 1111 1111 1234", "***************1234"},
		{"žluťoučký kůň", "********* kůň"},
		{"\U0001f512\U0001f512\U0001f512", "***"},
		{"abcdefg\xff\xfe", "*****fg\xff\xfe"},
	} {
		if got := mask(tt.in); got != tt.want {
			t.Errorf("mask(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestMaskedHandlerWithholdsMatchesOfItsTenants(t *testing.T) {
	const whole = `{"classification":[{"displayName":"Credit Card Number","matches":[{"idMatch":"4111 1111 1111 1234","length":19,"confidence":85.50,` +
		`"evidences":[{"match":"Visa","offset":0},{"match":"expires soon","offset":9}]}]}],"IDMATCH":"99999999","match":{"match":"abc"}}`
	const masked = `{"IDMATCH":"****9999","classification":[{"displayName":"Credit Card Number","matches":[{"confidence":85.50,` +
		`"evidences":[{"match":"****","offset":0},{"match":"********soon","offset":9}],"idMatch":"***************1234","length":19}]}],"match":{"match":"***"}}`
	broken := errors.New("partial")
	answer := &jobs.Result{JSON: json.RawMessage(whole)}
	h := Masked(jobs.Handler{Type: "t", Run: func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
		switch j.Type {
		case "none":
			return nil, broken
		case "bad":
			return &jobs.Result{JSON: json.RawMessage(`{"idMatch":"marzipan`)}, nil
		case "partial":
			return answer, broken
		}
		return answer, nil
	}}, func(t jobs.Tenant) bool { return t == "acme" })
	for _, tt := range []struct {
		tenant jobs.Tenant
		typ    string
		want   string
		err    error
	}{
		{"acme", "", masked, nil},
		{"umbra", "", whole, nil},
		{"acme", "partial", masked, broken},
		{"acme", "none", "", broken},
	} {
		res, err := h.Run(t.Context(), &jobs.Job{Tenant: tt.tenant, Type: tt.typ})
		got := ""
		if res != nil {
			got = string(res.JSON)
		}
		if got != tt.want || err != tt.err {
			t.Errorf("%s %s: %s, %v; want %s", tt.tenant, tt.typ, got, err, tt.want)
		}
	}
	res, err := h.Run(t.Context(), &jobs.Job{Tenant: "acme", Type: "bad"})
	if e, ok := errors.AsType[*jobs.Error](err); res != nil || !ok || e.Code != jobs.HandlerFailed || strings.Contains(err.Error(), "marzipan") {
		t.Errorf("what is no JSON: %v, %v", res, err)
	}
}

func FuzzMask(f *testing.F) {
	f.Add("4111 1111 1111 1111")
	f.Fuzz(func(t *testing.T, s string) {
		got := mask(s)
		n := utf8.RuneCountInString(s)
		if utf8.RuneCountInString(got) != n || n >= shownFrom && strings.Count(got, "*") < n-shownEnd || n < shownFrom && strings.Count(got, "*") != n {
			t.Errorf("mask(%q) = %q", s, got)
		}
	})
}
