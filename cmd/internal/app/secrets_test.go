package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestPasswordOnTheCommandLineIsRefusedAndOneInTheEnvironmentIsNot(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("marzipan"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ flag, value, env, more string }{
		{"redis", "redis://:marzipan@127.0.0.1:1", "CLASSIFYD_REDIS", "--redis-password-file"},
		{"redis", "rediss-sentinel://u:marzipan@127.0.0.1:1,127.0.0.1:2?master=m", "CLASSIFYD_REDIS", "--redis-password-file"},
		{"redis", "redis-cluster://u:marzipan@127.0.0.1:1,127.0.0.1:2", "CLASSIFYD_REDIS", "--redis-password-file"},
		{"handler", "invoice=http://u:marzipan@127.0.0.1:1", "CLASSIFYD_HANDLER", ""},
		{"ocr", "http://u:marzipan@127.0.0.1:1", "CLASSIFYD_OCR", ""},
		{"otlp-endpoint", "http://u:marzipan@127.0.0.1:1", "CLASSIFYD_OTLP_ENDPOINT", ""},
		{"oidc-issuer", "https://u:marzipan@127.0.0.1:1", "CLASSIFYD_OIDC_ISSUER", ""},
		{"page-issuer", "https://u:marzipan@127.0.0.1:1", "CLASSIFYD_PAGE_ISSUER", ""},
	} {
		further := map[string][]string{"oidc-issuer": {"--oidc-audience", "a"}, "page-issuer": {"--page-client-id", "c"}}[tt.flag]
		var out bytes.Buffer
		_, wrong := do(stopped, &out, append([]string{"--" + tt.flag, tt.value}, further...))
		if wrong == nil || !strings.HasPrefix(wrong.Error(), "--"+tt.flag+": ") || !strings.Contains(wrong.Error(), tt.env) || !strings.Contains(wrong.Error(), tt.more) {
			t.Errorf("--%s: %v, want it refused for %s", tt.flag, wrong, tt.env)
		}
		err := error(nil)
		t.Run(tt.env, func(t *testing.T) {
			t.Setenv(tt.env, tt.value)
			// With a listener that cannot be, so that it is known how far it comes.
			if err, wrong = do(stopped, &out, append([]string{"--listen", "127.0.0.1:1:1"}, further...)); wrong != nil {
				t.Errorf("refused: %v", wrong)
			}
		})
		for _, e := range []error{wrong, err} {
			if e != nil && strings.Contains(e.Error(), "marzipan") {
				t.Errorf("--%s: the password is told: %v", tt.flag, e)
			}
		}
	}
	var out bytes.Buffer
	if _, wrong := do(stopped, &out, []string{"--redis", "redis://user@127.0.0.1:1", "--redis-password-file", file, "--listen", "127.0.0.1:1:1"}); wrong != nil {
		t.Errorf("a password in a file: %v", wrong)
	}
}

// TestNoFlagTakesASecretButInAURLOrAFile holds for flags to come: what sounds
// like a secret is the path of a file, and what is a URL is looked at.
func TestNoFlagTakesASecretButInAURLOrAFile(t *testing.T) {
	var o Options
	looked := map[string]bool{"blob": true, "cors-origin": true}
	for _, f := range kong.Must(&o, Flags()...).Model.Flags {
		if f.Help == "Show context-sensitive help." {
			continue
		}
		file := f.PlaceHolder == "PATH" || f.Target.Kind() == reflect.Bool
		for _, word := range []string{"password", "secret", "token", "key", "credential"} {
			if strings.Contains(f.Name, word) && !file {
				t.Errorf("--%s takes what sounds like a secret, and no file of it", f.Name)
			}
		}
		if (strings.Contains(f.PlaceHolder, "URL") || strings.Contains(f.Help, "http://")) && !looked[f.Name] {
			o := Options{Redis: "redis://:x@h", OIDCIssuer: "https://i"}
			if o.urls(f.Name) == nil && f.Name != "handler" {
				t.Errorf("--%s takes a URL, in which nobody looks for a password", f.Name)
			}
		}
	}
}
