package extract

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// compoundOf writes a compound file of version 3 with the streams, whose names
// may have folders. All of them lie in whole sectors but the small ones.
func compoundOf(t testing.TB, streams ...file) []byte {
	t.Helper()
	type node struct {
		name       string
		kind       byte
		start      uint32
		size       int
		child, sib uint32
		children   []int
	}
	nodes := []node{{name: "Root Entry", kind: 5, child: noEntry, sib: noEntry}}
	index := map[string]int{"": 0}
	var add func(path string, kind byte) int
	add = func(path string, kind byte) int {
		if i, ok := index[path]; ok {
			return i
		}
		dir, name := "", path
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			dir, name = path[:i], path[i+1:]
		}
		parent := add(dir, 1)
		nodes = append(nodes, node{name: name, kind: kind, child: noEntry, sib: noEntry})
		index[path] = len(nodes) - 1
		nodes[parent].children = append(nodes[parent].children, len(nodes)-1)
		return len(nodes) - 1
	}

	var fat []uint32
	var data []byte // behind the header
	put := func(b []byte) uint32 {
		if len(b) == 0 {
			return 0xfffffffe
		}
		start := uint32(len(fat))
		for len(b) > 0 {
			n := min(512, len(b))
			sector := make([]byte, 512)
			copy(sector, b[:n])
			data = append(data, sector...)
			b = b[n:]
			fat = append(fat, uint32(len(fat)+1))
		}
		fat[len(fat)-1] = 0xfffffffe
		return start
	}
	var mini []byte
	var miniFAT []uint32
	for _, s := range streams {
		i := add(s.name, 2)
		nodes[i].size = len(s.text)
		if len(s.text) >= miniCutoff {
			nodes[i].start = put([]byte(s.text))
			continue
		}
		nodes[i].start = uint32(len(miniFAT))
		for b := []byte(s.text); len(b) > 0; {
			n := min(miniSector, len(b))
			small := make([]byte, miniSector)
			copy(small, b[:n])
			mini = append(mini, small...)
			b = b[n:]
			miniFAT = append(miniFAT, uint32(len(miniFAT)+1))
		}
		if len(s.text) > 0 {
			miniFAT[len(miniFAT)-1] = 0xfffffffe
		}
	}
	nodes[0].start, nodes[0].size = put(mini), len(mini)
	numbers := func(list []uint32) []byte {
		var b []byte
		for _, n := range list {
			b = binary.LittleEndian.AppendUint32(b, n)
		}
		return b
	}
	miniStart := put(numbers(miniFAT))
	for i := range nodes {
		for k, c := range nodes[i].children {
			if k == 0 {
				nodes[i].child = uint32(c)
			} else {
				nodes[nodes[i].children[k-1]].sib = uint32(c)
			}
		}
	}
	var dir []byte
	for _, n := range nodes {
		e := make([]byte, 128)
		for k, u := range utf16.Encode([]rune(n.name)) {
			binary.LittleEndian.PutUint16(e[2*k:], u)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(n.name)+2))
		e[66] = n.kind
		binary.LittleEndian.PutUint32(e[68:], noEntry)
		binary.LittleEndian.PutUint32(e[72:], n.sib)
		binary.LittleEndian.PutUint32(e[76:], n.child)
		binary.LittleEndian.PutUint32(e[116:], n.start)
		binary.LittleEndian.PutUint32(e[120:], uint32(n.size))
		dir = append(dir, e...)
	}
	dirStart := put(dir)
	fatSectors := (len(fat) + 127 + len(fat)/127) / 128
	if fatSectors > 109 {
		t.Fatal("the file would be too large")
	}
	fatStart := len(fat)
	for range fatSectors {
		fat = append(fat, 0xfffffffd)
	}
	for len(fat)%128 != 0 {
		fat = append(fat, noEntry)
	}
	data = append(data, numbers(fat)...)

	h := make([]byte, 512)
	copy(h, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	binary.LittleEndian.PutUint16(h[24:], 0x3e)
	binary.LittleEndian.PutUint16(h[26:], 3)
	binary.LittleEndian.PutUint16(h[28:], 0xfffe)
	binary.LittleEndian.PutUint16(h[30:], 9)
	binary.LittleEndian.PutUint16(h[32:], 6)
	binary.LittleEndian.PutUint32(h[44:], uint32(fatSectors))
	binary.LittleEndian.PutUint32(h[48:], dirStart)
	binary.LittleEndian.PutUint32(h[56:], miniCutoff)
	binary.LittleEndian.PutUint32(h[60:], miniStart)
	binary.LittleEndian.PutUint32(h[64:], uint32((len(miniFAT)+127)/128))
	binary.LittleEndian.PutUint32(h[68:], 0xfffffffe)
	for i := range 109 {
		at := uint32(noEntry)
		if i < fatSectors {
			at = uint32(fatStart + i)
		}
		binary.LittleEndian.PutUint32(h[76+4*i:], at)
	}
	return append(h, data...)
}

// wide returns s in UTF-16.
func wide(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

// outlookMessage returns the streams of a message, in folder at.
func outlookMessage(at string) []file {
	return []file{
		{at + "__properties_version1.0", strings.Repeat("\x00", 32)},
		{at + "__substg1.0_0037001F", wide("subject-needle")},
		{at + "__substg1.0_0C1F001E", "from@needle.example"},
		{at + "__substg1.0_1000001F", wide("first line\r\nbody-needle Müller")},
		{at + "__recip_version1.0_#00000000/__substg1.0_3003001F", wide("to@needle.example")},
	}
}

func TestOutlookMessageIsReadWithItsAttachments(t *testing.T) {
	inner := "__attach_version1.0_#00000001/__substg1.0_3701000D/"
	data := compoundOf(t, slices.Concat(
		outlookMessage(""),
		[]file{
			{"__attach_version1.0_#00000000/__substg1.0_3707001F", wide("list.zip")},
			{"__attach_version1.0_#00000000/__substg1.0_37010102", string(zipOf(t, file{"a.txt", "attached-needle"}))},
			{"__attach_version1.0_#00000001/__substg1.0_3001001F", wide("Fwd: old")},
			{inner + "__substg1.0_1000001F", wide("forwarded-needle")},
			{inner + "__properties_version1.0", strings.Repeat("\x00", 24)},
		})...)
	read(t, data, "x.msg", Limits{}).clean().at(map[string]Location{
		"from@needle.example": {Part: "header", Line: 1}, "subject-needle": {Part: "header", Line: 2},
		"to@needle.example":  {Part: "header", Line: 3},
		"body-needle Müller": {Part: "1", Line: 2},
		"attached-needle":    {Path: "list.zip!/a.txt", Line: 1},
		"forwarded-needle":   {Path: "Fwd: old", Part: "1", Line: 1},
	})
}

func TestOutlookBodyInCompressedRTFIsRead(t *testing.T) {
	// The example of MS-OXRTFCP 4.1.
	rtf := "\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125B2\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0"
	data := compoundOf(t, file{"__properties_version1.0", strings.Repeat("\x00", 32)}, file{"__substg1.0_10090102", rtf})
	g := read(t, data, "", Limits{}).clean()
	if g.text != "hello world" {
		t.Errorf("got %q, want the example's text", g.text)
	}
}

func TestCompoundFileThatChasesItsTailEnds(t *testing.T) {
	data := compoundOf(t, append(outlookMessage(""), file{"big", strings.Repeat("x", 20_000)})...)
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
