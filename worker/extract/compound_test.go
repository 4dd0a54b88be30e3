package extract

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

func TestOutlookMessageIsReadWithItsAttachments(t *testing.T) {
	inner := "__attach_version1.0_#00000001/__substg1.0_3701000D/"
	data := filetest.Compound(t, slices.Concat(
		filetest.Outlook("", "first line\r\nbody-needle Müller"),
		[]file{
			{"__attach_version1.0_#00000000/__substg1.0_3707001F", filetest.UTF16("list.zip")},
			{"__attach_version1.0_#00000000/__substg1.0_37010102", string(filetest.Zip(t, file{"a.txt", "attached-needle"}))},
			{"__attach_version1.0_#00000001/__substg1.0_3001001F", filetest.UTF16("Fwd: old")},
			{inner + "__substg1.0_1000001F", filetest.UTF16("forwarded-needle")},
			{inner + "__properties_version1.0", strings.Repeat("\x00", 24)},
		})...)
	read(t, data, "x.msg", Limits{}).clean().at(map[string]Location{
		"from@needle.example.org": {Part: "header", Line: 1}, "subject-needle": {Part: "header", Line: 2},
		"to@needle.example.org": {Part: "header", Line: 3},
		"body-needle Müller":    {Part: "1", Line: 2},
		"attached-needle":       {Path: "list.zip!/a.txt", Line: 1},
		"forwarded-needle":      {Path: "Fwd: old", Part: "1", Line: 1},
	})
}

func TestOutlookBodyInCompressedRTFIsRead(t *testing.T) {
	// The example of MS-OXRTFCP 4.1.
	rtf := "\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125B2\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0"
	data := filetest.Compound(t, file{"__properties_version1.0", strings.Repeat("\x00", 32)}, file{"__substg1.0_10090102", rtf})
	g := read(t, data, "", Limits{}).clean()
	if g.text != "hello world" {
		t.Errorf("got %q, want the example's text", g.text)
	}
}

func TestCompoundFileThatChasesItsTailEnds(t *testing.T) {
	data := filetest.Compound(t, append(filetest.Outlook("", "first line\r\nbody-needle Müller"), file{"big", strings.Repeat("x", 20_000)})...)
	for at := 512; at < len(data); at += 512 {
		for _, n := range []uint32{0, 1, noEntry} {
			b := slices.Clone(data)
			for i := at; i < at+512; i += 4 {
				binary.LittleEndian.PutUint32(b[i:], n)
			}
			read(t, b, "", Limits{})
		}
	}
}
