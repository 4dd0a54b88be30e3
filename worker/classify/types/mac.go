package types

import "github.com/classifyd/classifyd/worker/classify"

// macAddress is an EUI-48 of IEEE 802: six pairs of hexadecimal digits with
// colons between them, neither all the same nor broadcast.
func macAddress() *classify.Type {
	rule := func(sep byte) classify.Rule {
		return classify.Rule{
			Shape:    classify.Around{Byte: sep, Before: 4, After: 20, Prev: hexDigits, Next: hexDigits, Again: len("00:00:")}, // unlike a time of day
			Check:    macCheck,
			Strength: classify.Structure,
			Alone:    75,
			With:     75,
		}
	}
	return &classify.Type{
		ID:          own("mac-address"),
		Name:        "MAC Address",
		Description: "Hardware addresses of network interfaces.",
		Publisher:   publisher,
		Category:    classify.CategoryNetwork,
		Recommended: 75,
		Words:       []string{"mac", "mac address", "macs", "ethernet", "hardware address", "hwaddr", "ether", "adresse mac", "dirección mac", "indirizzo mac", "mac адрес", "mac地址"},
		Rules: []classify.Rule{
			rule(':'),
			rule('-'),
		},
		Finds: []classify.Sample{
			{Text: "MAC: 01:23:45:67:89:AB", Match: "01:23:45:67:89:AB", Confidence: 75},
			{Text: "on 0a:23:f5:67:89:ac up", Match: "0a:23:f5:67:89:ac", Confidence: 75},
			{Text: "My address is 00-1A-2B-3C-4D-5E", Match: "00-1A-2B-3C-4D-5E", Confidence: 75},
		},
		Leaves: []string{"00:00:00:00:00:00", "FF:FF:FF:FF:FF:FF", "10:2F:33-AC-29-C3", "01:23:45:67:89", "01:23:45:67:89:AB:CD", "12:30:59"},
	}
}

func macCheck(c *classify.Candidate) bool {
	const length = len("00:00:00:00:00:00")
	start, sep := c.Start-2, c.Text[c.Start]
	if start < 0 || start+length > len(c.Text) || c.Text[start+5] != sep {
		return false
	}
	m := c.Text[start : start+length]
	same := true
	for i := range length {
		if i%3 == 2 && m[i] != sep || i%3 != 2 && !isHex(m[i]) {
			return false
		}
		same = same && (i%3 == 2 || upper(m[i]) == upper(m[0]))
	}
	c.Start, c.End = start, start+length
	return !same && !wordByte(c.Before()) && c.Before() != sep && !wordByte(c.After()) && c.After() != sep
}
