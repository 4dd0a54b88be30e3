package filetest

import (
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"
)

// Mail writes a message with the parts, which are headers and bodies.
func Mail(t testing.TB, parts ...[2]string) string {
	t.Helper()
	var b strings.Builder
	w := multipart.NewWriter(&b)
	fmt.Fprintf(&b, "From: =?utf-8?q?M=C3=BCller?= <from@needle.example.org>\r\nTo: to@needle.example.org\r\nSubject: a long\r\n subject-needle\r\n"+
		"Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\nfor old readers\r\n", w.Boundary())
	for _, p := range parts {
		h := make(textproto.MIMEHeader)
		for line := range strings.Lines(p[0]) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			h.Set(name, value)
		}
		pw, err := w.CreatePart(h)
		if err == nil {
			_, err = pw.Write([]byte(p[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Base64 returns b in lines, as mails have it.
func Base64(b []byte) string {
	s := base64.StdEncoding.EncodeToString(b)
	var lines strings.Builder
	for len(s) > 76 {
		lines.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return lines.String() + s + "\r\n"
}
