package types

import (
	"net/netip"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

const (
	ipv4ID = "a7dd5e5f-e7f9-4626-a2c6-86a8cb6830d2"
	ipv6ID = "3f691089-7413-4926-ab3b-3c5ea8a1c17e"
)

var ipWords = []string{
	"ip", "ips", "ip address", "ip addresses", "ipaddress", "ip addr", "ipaddr", "ipv4", "ipv6", "internet protocol", "client ip", "remote addr",
	"remote address", "src ip", "dst ip", "source address", "destination address", "host", "hostname", "server", "gateway", "subnet", "dns", "ping",
	"unspecified", "adresse ip", "ip adresse", "dirección ip", "direccion ip", "endereço ip", "endereco ip", "indirizzo ip", "ip adres", "adres ip",
	"ip адрес", "айпи", "ip地址", "ipアドレス", "ip 주소", "عنوان ip", "כתובת ip",
}

// ipv4 is the dotted quad of RFC 791, each octet 0 to 255 without leading zeros,
// with the prefix length of CIDR (RFC 4632) when one follows.
func ipv4() *classify.Type {
	var layouts []string
	for i := range 81 {
		l := []byte("1.1.1.1")
		for k, n := 0, i; k < len(l); k += 2 {
			l[k] += byte(n % 3)
			n /= 3
		}
		layouts = append(layouts, string(l))
	}
	return &classify.Type{
		ID:          ipv4ID,
		Name:        "IP Address v4",
		Description: "Addresses of the Internet Protocol, version 4.",
		Publisher:   publisher,
		Category:    classify.CategoryNetwork,
		Recommended: 75,
		Words:       ipWords,
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: layouts},
			Check:    ipv4Check,
			Strength: classify.Ranges,
			Alone:    75,
			With:     85,
		}},
		Value: func(dst []byte, match string) []byte { return append(dst, match...) },
		Finds: []classify.Sample{
			{Text: "from 203.0.113.7:8080", Match: "203.0.113.7", Confidence: 75},
			{Text: "IP address 203.0.113.7.", Match: "203.0.113.7", Confidence: 85},
			{Text: "route 198.51.100.0/24", Match: "198.51.100.0/24", Confidence: 75},
			{Text: "http://192.0.2.10/x", Match: "192.0.2.10", Confidence: 75},
			{Text: "192.0.2.10-192.0.2.20", Match: "192.0.2.20", Confidence: 75},
		},
		Leaves: []string{
			"256.0.113.7", "1.2.3", "1.2.3.4.5", "version 1.2.3.4", "v1.2.3.4", "curl/7.2.3.4", "release 10.0.0.1", "203.0.113.07", "lib-1.2.3.4a",
			"App Version: 4.3.2.1",
		},
	}
}

func ipv4Check(c *classify.Candidate) bool {
	if _, err := netip.ParseAddr(c.Match()); err != nil {
		return false
	}
	if b := c.Before(); b == '.' || b == '/' && c.Start > 1 && wordByte(c.Text[c.Start-2]) || isVersion(c.Text[:c.Start]) {
		return false
	}
	c.End += prefixLength(c.Text[c.End:], 32)
	return true
}

// isVersion reports whether before ends in a word that announces a version.
func isVersion(before string) bool {
	before = strings.ToLower(strings.TrimRight(before, " .:=\"'-#"))
	i := len(before)
	for i > 0 && wordByte(before[i-1]) {
		i--
	}
	switch before[i:] {
	case "v", "ver", "version", "versions", "release", "build", "rev", "revision", "section", "chapter", "clause", "version_", "firmware", "oid", "sdk":
		return true
	}
	return false
}

// prefixLength returns the length of the "/n" that s begins with, n up to bits.
func prefixLength(s string, bits int) int {
	if len(s) < 2 || s[0] != '/' {
		return 0
	}
	n, i := 0, 1
	for ; i < len(s) && i < 4 && s[i] >= '0' && s[i] <= '9'; i++ {
		n = n*10 + int(s[i]-'0')
	}
	if i == 1 || n > bits || i < len(s) && (wordByte(s[i]) || s[i] == '/') {
		return 0
	}
	return i
}

// maxIPv6 is the longest text of an address: eight groups, the last two as IPv4.
const maxIPv6 = 45

// ipv6 is an address in the text forms of RFC 4291 section 2.2, with the zone of
// RFC 4007 and a prefix length where they follow.
func ipv6() *classify.Type {
	shape := classify.Around{Byte: ':', Before: 8, After: maxIPv6 + 24, Next: hexDigits + ":"}
	return &classify.Type{
		ID:          ipv6ID,
		Name:        "IP Address v6",
		Description: "Addresses of the Internet Protocol, version 6.",
		Publisher:   publisher,
		Category:    classify.CategoryNetwork,
		Recommended: 75,
		Words:       ipWords,
		Rules: []classify.Rule{
			{Shape: shape, Check: func(c *classify.Candidate) bool { return ipv6Check(c) && telling(c) }, Strength: classify.Structure, Alone: 75, With: 85},
			{Shape: shape, Check: func(c *classify.Candidate) bool { return ipv6Check(c) && !telling(c) }, Strength: classify.Ranges, With: 85},
		},
		Value: func(dst []byte, match string) []byte {
			addr, prefix, _ := strings.Cut(match, "/")
			if a, err := netip.ParseAddr(addr); err == nil {
				dst = a.AppendTo(dst)
			}
			return append(append(dst, '/'), prefix...)
		},
		Finds: []classify.Sample{
			{Text: "from [2001:db8::7]:443", Match: "2001:db8::7", Confidence: 75},
			{Text: "ipv6 2001:DB8:0:0:8:800:200C:417A", Match: "2001:DB8:0:0:8:800:200C:417A", Confidence: 85},
			{Text: "fe80::1ff:fe23:4567:890a%eth2", Match: "fe80::1ff:fe23:4567:890a%eth2", Confidence: 75},
			{Text: "via 2001:db8:a::/48.", Match: "2001:db8:a::/48", Confidence: 75},
			{Text: "::ffff:203.0.113.7", Match: "::ffff:203.0.113.7", Confidence: 75},
			{Text: "gateway ::", Match: "::", Confidence: 85},
		},
		Leaves: []string{
			"12:30:59", "00:1b:44:11:3a:b7", "std::cout", "dead::beef", "a::b", "::", "1::2::3", "00:11:22:33:44:55:66:77",
			"host std::vector", "x2001:db8::7", "2001:db8::12345", "::ffff:256.0.0.1",
		},
	}
}

func ipv6Check(c *classify.Candidate) bool {
	start := c.Start
	for start > 0 && isHex(c.Text[start-1]) {
		start--
	}
	if c.Start-start > 4 || start > 0 && (wordByte(c.Text[start-1]) || c.Text[start-1] == ':' || c.Text[start-1] == '.') {
		return false
	}
	end, colons, double := c.Start, 0, false
	for end < len(c.Text) && (isHex(c.Text[end]) || c.Text[end] == ':' || c.Text[end] == '.') {
		if c.Text[end] == ':' {
			colons++
			double = double || end > start && c.Text[end-1] == ':'
		}
		end++
	}
	for end > start && c.Text[end-1] == '.' {
		end--
	}
	if end > start+2 && c.Text[end-1] == ':' && c.Text[end-2] != ':' { // "... 2001:db8::1: no route"
		end--
		colons--
	}
	if !double && colons < 6 || end-start > maxIPv6 || end < len(c.Text) && wordByte(c.Text[end]) {
		return false
	}
	addr := c.Text[start:end]
	if a, err := netip.ParseAddr(addr); err != nil || !a.Is6() || pairsOnly(addr) {
		return false
	}
	if end < len(c.Text) && c.Text[end] == '%' {
		zone := end + 1
		for zone < len(c.Text) && zone-end <= 16 && wordByte(c.Text[zone]) {
			zone++
		}
		if zone > end+1 {
			end = zone
		}
	}
	end += prefixLength(c.Text[end:], 128)
	c.Start, c.End = start, end
	return true
}

// telling reports whether an address looks like one on its own: "::" and words
// of hexadecimal letters occur in programs too.
func telling(c *classify.Candidate) bool {
	addr, _, _ := strings.Cut(c.Match(), "/")
	return len(addr) > 2 && strings.ContainsAny(addr, "0123456789")
}

// pairsOnly reports whether all groups have two digits, as in an EUI-64 or a dump.
func pairsOnly(addr string) bool {
	for i := range len(addr) {
		if (addr[i] == ':') != (i%3 == 2) {
			return false
		}
	}
	return true
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

// ipAddress is what Purview calls the union of both versions.
func ipAddress() *classify.Type {
	return &classify.Type{
		ID:          "1daa4ad5-e2dd-4ca4-a788-54722c09efb2",
		Name:        "IP Address",
		Description: "Addresses of the Internet Protocol, version 4 or 6.",
		Publisher:   publisher,
		Category:    classify.CategoryNetwork,
		Recommended: 85,
		Members:     []string{ipv4ID, ipv6ID},
		Finds: []classify.Sample{
			{Text: "from 203.0.113.7", Match: "203.0.113.7", Confidence: 75},
			{Text: "ip 2001:db8::7", Match: "2001:db8::7", Confidence: 85},
		},
		Leaves: []string{"1.2.3", "12:30"},
	}
}
