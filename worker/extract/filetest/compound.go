package filetest

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// Of compound files, MS-CFB 2.2.
const (
	miniCutoff = 4096 // what is smaller lies in small sectors
	miniSector = 64
	noNode     = 0xffffffff
)

// Compound writes a compound file of version 3 with the streams, whose names
// may have folders. All of them lie in whole sectors but the small ones.
func Compound(t testing.TB, streams ...File) []byte {
	t.Helper()
	type node struct {
		name       string
		kind       byte
		start      uint32
		size       int
		child, sib uint32
		children   []int
	}
	nodes := []node{{name: "Root Entry", kind: 5, child: noNode, sib: noNode}}
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
		nodes = append(nodes, node{name: name, kind: kind, child: noNode, sib: noNode})
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
		i := add(s[0], 2)
		nodes[i].size = len(s[1])
		if len(s[1]) >= miniCutoff {
			nodes[i].start = put([]byte(s[1]))
			continue
		}
		nodes[i].start = uint32(len(miniFAT))
		for b := []byte(s[1]); len(b) > 0; {
			n := min(miniSector, len(b))
			small := make([]byte, miniSector)
			copy(small, b[:n])
			mini = append(mini, small...)
			b = b[n:]
			miniFAT = append(miniFAT, uint32(len(miniFAT)+1))
		}
		if len(s[1]) > 0 {
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
		binary.LittleEndian.PutUint32(e[68:], noNode)
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
		fat = append(fat, noNode)
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
		at := uint32(noNode)
		if i < fatSectors {
			at = uint32(fatStart + i)
		}
		binary.LittleEndian.PutUint32(h[76+4*i:], at)
	}
	return append(h, data...)
}

// UTF16 returns s in UTF-16.
func UTF16(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

// Outlook returns the streams of a message that has the text, in folder at.
func Outlook(at, text string) []File {
	return []File{
		{at + "__properties_version1.0", strings.Repeat("\x00", 32)},
		{at + "__substg1.0_0037001F", UTF16("subject-needle")},
		{at + "__substg1.0_0C1F001E", "from@needle.example.org"},
		{at + "__substg1.0_1000001F", UTF16(text)},
		{at + "__recip_version1.0_#00000000/__substg1.0_3003001F", UTF16("to@needle.example.org")},
	}
}
