// Package dashboard holds the page for people: it submits texts and files, shows
// what was found, lists and follows jobs, and plots how they fare. The page is a
// client of the public API like any other, and this package no more than its
// files: package api serves them.
//
// The sources lie in web. What Vite makes of them lies in built and is committed,
// so that the service builds without npm; "make dashboard" makes it anew, and a
// test compares the two.
package dashboard

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"path"
	"strings"
)

//go:embed built
var built embed.FS

// A SignIn is how people prove to the page who they are, where it is not by an
// API key: an OpenID Connect issuer, at which the page is a public client and
// whose token endpoint answers pages of other origins. The zero value is none.
type SignIn struct {
	Issuer   string `json:"issuer"`   // as it names itself
	ClientID string `json:"clientId"` // the page's
	Scope    string `json:"scope"`    // what it asks for, separated by spaces
}

// Policy is the Content-Security-Policy of the page (W3C, Content Security
// Policy Level 3). All that it needs is in its own files, in the API beside
// them and at the origin of the issuer, nothing is inline, and nobody may frame
// it.
func (s SignIn) Policy() string {
	connect := "'self'"
	if u, err := url.Parse(s.Issuer); err == nil && s.Issuer != "" {
		connect += " " + u.Scheme + "://" + u.Host
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src " + connect +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
}

// mark is where the page reads what SignIn says.
const mark = `<meta name="oidc" content="">`

// fill tells the page of s.
func (s SignIn) fill(page []byte) []byte {
	if s.Issuer == "" {
		return page
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings are always JSON
	}
	return bytes.Replace(page, []byte(mark), []byte(strings.Replace(mark, `""`, `"`+html.EscapeString(string(b))+`"`, 1)), 1)
}

// A File is one part of the page.
type File struct {
	Media string // its media type
	Data  []byte
	ETag  string // weak, since it is sent packed and plain

	// Hashed says that the file's name changes with its content, so that it may
	// be kept for ever.
	Hashed bool
}

// media are the types of what Vite makes. The system's own table differs from
// one machine to the next.
var media = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
}

// Files are the parts of the page by their paths below its own address, where
// the page itself is "index.html".
func Files(s SignIn) map[string]File {
	files := map[string]File{}
	root, err := fs.Sub(built, "built")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if name == "index.html" {
			data = s.fill(data)
		}
		sum := sha256.Sum256(data)
		files[name] = File{
			Media:  media[path.Ext(name)],
			Data:   data,
			ETag:   fmt.Sprintf(`W/"%x"`, sum[:8]),
			Hashed: path.Dir(name) == "assets",
		}
		return err
	})
	if err != nil {
		panic(err) // an embedded file can always be read
	}
	return files
}
