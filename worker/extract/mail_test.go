package extract

import (
	"bytes"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

func quoted(t testing.TB, s string) string {
	t.Helper()
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMailIsReadPartByPart(t *testing.T) {
	inner := filetest.Mail(t, [2]string{"Content-Type: text/plain", "forwarded-needle"})
	data := filetest.Mail(t,
		[2]string{"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable", "one\r\nbody-needle K=F6ln =\r\nsoft"},
		[2]string{"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable", quoted(t, "<p>html-needle &amp; "+strings.Repeat("long ", 30)+"</p>")},
		[2]string{"Content-Type: application/zip\nContent-Disposition: attachment; filename=\"list.zip\"\nContent-Transfer-Encoding: base64",
			filetest.Base64(filetest.Zip(t, file{"a.txt", "zipped-needle"}))},
		[2]string{"Content-Type: application/octet-stream; name=\"=?utf-8?q?M=C3=BCller.txt?=\"\nContent-Transfer-Encoding: base64", filetest.Base64([]byte("named-needle"))},
		[2]string{"Content-Type: message/rfc822", inner},
		[2]string{"Content-Type: image/png\nContent-Transfer-Encoding: base64", filetest.Base64([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))},
	)
	for name, data := range map[string]string{"CRLF": data, "LF": strings.ReplaceAll(data, "\r\n", "\n"), "mbox": "From a@b Mon Jan  1 00:00:00 2024\n" + data} {
		t.Run(name, func(t *testing.T) {
			g := read(t, []byte(data), "", Limits{})
			path, sub := "", ""
			if name == "mbox" {
				path, sub = "message-1.eml", "message-1.eml!/"
			}
			g.at(map[string]Location{
				"Müller <from@needle.example.org>": {Path: path, Part: "header", Line: 1},
				"a long subject-needle":            {Path: path, Part: "header", Line: 3},
				"body-needle Köln soft":            {Path: path, Part: "1", Line: 2},
				"html-needle & long":               {Path: path, Part: "2", Line: 1},
				"zipped-needle":                    {Path: sub + "list.zip!/a.txt", Part: "3", Line: 1},
				"named-needle":                     {Path: sub + "Müller.txt", Part: "4", Line: 1},
				"forwarded-needle":                 {Path: sub + "message.eml", Part: "5/1", Line: 1},
			})
			if len(g.errs) != 1 || !g.errs[0].Minor() || g.errs[0].Location.Part != "6" {
				t.Errorf("got errors %v, want a minor one for the picture", g.errs)
			}
		})
	}
}

func TestMailThatIsWrongIsReadAsFarAsItGoes(t *testing.T) {
	head := "From: a@b.example\nSubject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=X\n"
	for name, tt := range map[string]struct {
		in   string
		want []string
	}{
		"no end":                  {head + "\n--X\n\nneedle one\n--X\n\nneedle two", []string{"needle one", "needle two"}},
		"inner one has no end":    {head + "\n--X\nContent-Type: multipart/alternative; boundary=Y\n\n--Y\n\nneedle one\n--X\n\nneedle two\n--X--\n", []string{"needle one", "needle two"}},
		"header without a colon":  {head + "this is no header\n\n--X\n\nneedle\n--X--", []string{"this is no header", "needle"}},
		"stray bytes in base64":   {head + "\n--X\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nbmVl*!\n ZGxl\n--X--", []string{"needle"}},
		"no escapes":              {head + "\n--X\nContent-Transfer-Encoding: quoted-printable\n\n=ZZ =4 needle=\n--X--", []string{"=ZZ =4 needle"}},
		"part without a body":     {head + "\n--X\nContent-Type: text/plain\n--X\n\nneedle\n--X--", []string{"needle"}},
		"boundary in a longer":    {head + "\n--X\n\nneedle\n--X2\nmore\n--X--", []string{"needle\n--X2\nmore"}},
		"multipart without one":   {"From: a@b.example\nSubject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed\n\nneedle", []string{"needle"}},
		"unknown charset":         {"From: a@b.example\nSubject: =?x-none?q?s?=\nMIME-Version: 1.0\nContent-Type: text/plain; charset=x-none\n\nneedle M\xfcller", []string{"needle Müller"}},
		"attachment without name": {head + "\n--X\nContent-Type: application/pdf\n\nneedle\n--X--", []string{"needle"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := read(t, []byte(tt.in), "x.eml", Limits{}).clean()
			for _, want := range tt.want {
				if !strings.Contains(g.text, want) {
					t.Errorf("the text lacks %q: %q", want, g.text)
				}
			}
		})
	}
}

func TestEncryptedMailIsTold(t *testing.T) {
	for _, kind := range []string{"application/pkcs7-mime; smime-type=enveloped-data", "application/pgp-encrypted"} {
		read(t, []byte(filetest.Mail(t, [2]string{"Content-Type: " + kind, "Version: 1"})), "", Limits{}).fails(PasswordProtected)
	}
}

func TestMailboxMayHaveMoreMailsThanMembers(t *testing.T) {
	var b strings.Builder
	for i := range 50 {
		fmt.Fprintf(&b, "From a@b Mon Jan  1 00:00:00 2024\nFrom: a@b.example\nSubject: s%d\n\nline\n>From here on\nneedle-%d\n\n", i, i)
	}
	g := read(t, []byte(b.String()), "", Limits{Members: 10}).clean()
	g.at(map[string]Location{"needle-49": {Path: "message-50.eml", Part: "1", Line: 3}})
}

func TestPartsInPartsEndAtTheLimit(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("From: a@b.example\nSubject: s\nMIME-Version: 1.0\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	read(t, b.Bytes(), "x.eml", Limits{}).fails(ContentTooLarge)
}
