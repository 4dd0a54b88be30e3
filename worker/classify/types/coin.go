package types

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strings"

	"golang.org/x/crypto/sha3"

	"github.com/classifyd/classifyd/worker/classify"
)

// bitcoin is an address of the Bitcoin network: Base58Check of a hash for keys
// (version 0) or scripts (version 5), or a witness program in Bech32 (BIP 173)
// or Bech32m (BIP 350).
func bitcoin() *classify.Type {
	base58 := classify.Word{Starts: pairs("13", base58Alphabet), Min: 26, Max: 35, Before: 1, After: reach}
	return &classify.Type{
		ID:          own("bitcoin-address"),
		Name:        "Bitcoin Address",
		Description: "Addresses of the Bitcoin network.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Recommended: 85,
		Words:       []string{"bitcoin", "btc", "wallet", "xbt", "satoshi", "биткоин", "比特币", "ビットコイン", "비트코인"},
		Rules: []classify.Rule{
			{Shape: base58, Check: base58Form, Verify: func(c *classify.Candidate) bool { return base58Check(c.Match()) }, Strength: classify.Structure, Alone: 85, With: 85},
			{
				Shape:    classify.Word{Starts: []string{"bc1", "BC1"}, Min: 14, Max: 74, Before: 1, After: reach},
				Check:    func(c *classify.Candidate) bool { return bech32Check(c.Match()) },
				Strength: classify.Structure, Alone: 85, With: 85,
			},
		},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: "send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa now", Match: "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", Confidence: 85},
			{Text: "btc: 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", Match: "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", Confidence: 85},
			{Text: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Match: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Confidence: 85},
			{Text: "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", Match: "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", Confidence: 85},
			{Text: "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", Match: "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", Confidence: 85},
		},
		Leaves: []string{
			"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNL", "16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ2",
			"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
		},
	}
}

const base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

func base58Form(c *classify.Candidate) bool {
	for _, b := range []byte(c.Match()) {
		if strings.IndexByte(base58Alphabet, b) < 0 {
			return false
		}
	}
	return true
}

// base58Check reports whether s is version 0 or 5, twenty bytes, and the first
// four of SHA-256 applied to these twice.
func base58Check(s string) bool {
	n, base := new(big.Int), big.NewInt(58)
	for _, b := range []byte(s) {
		v := strings.IndexByte(base58Alphabet, b)
		if v < 0 {
			return false
		}
		n.Add(n.Mul(n, base), big.NewInt(int64(v)))
	}
	if n.BitLen() > 25*8 {
		return false
	}
	var raw [25]byte
	n.FillBytes(raw[:])
	zeros := 0
	for zeros < len(s) && s[zeros] == '1' {
		zeros++
	}
	if raw[0] != 0 && raw[0] != 5 || len(bytes.TrimLeft(raw[:], "\x00")) != 25-zeros {
		return false
	}
	sum := sha256.Sum256(raw[:21])
	sum = sha256.Sum256(sum[:])
	return bytes.Equal(sum[:4], raw[21:])
}

// bech32Check reports whether s is a witness program for "bc": version 0 with
// BIP 173's constant, later ones with BIP 350's.
func bech32Check(s string) bool {
	const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	lower := strings.ToLower(s)
	if lower != s && strings.ToUpper(s) != s {
		return false
	}
	check := uint32(1)
	step := func(v uint32) {
		top := check >> 25
		check = check&0x1ffffff<<5 ^ v
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				check ^= g
			}
		}
	}
	for _, v := range [5]uint32{3, 3, 0, 2, 3} { // "bc", expanded
		step(v)
	}
	for _, b := range []byte(lower[3:]) {
		v := strings.IndexByte(alphabet, b)
		if v < 0 {
			return false
		}
		step(uint32(v))
	}
	switch version := strings.IndexByte(alphabet, lower[3]); {
	case version == 0:
		return check == 1 && (len(s) == 42 || len(s) == 62)
	default:
		return version <= 16 && check == 0x2bc830a3
	}
}

// ethereum is an account of the Ethereum network: 20 bytes in hexadecimal, whose
// letters' cases, where they differ, are a check sum (ERC-55).
func ethereum() *classify.Type {
	return &classify.Type{
		ID:          own("ethereum-address"),
		Name:        "Ethereum Address",
		Description: "Addresses of the Ethereum network.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Recommended: 75,
		Words:       []string{"ethereum", "eth", "ether", "wallet", "erc20", "erc-20", "usdt", "usdc", "metamask", "эфириум", "以太坊", "イーサリアム", "이더리움"},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: []string{"0x"}, Min: 42, Max: 42, Before: 1, After: reach},
			Check:    ethereumForm,
			Verify:   func(c *classify.Candidate) bool { return ethereumCase(c.Match()[2:]) },
			Strength: classify.Structure,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed.", Match: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Confidence: 75},
			{Text: "ETH wallet 0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359", Match: "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359", Confidence: 85},
		},
		Leaves: []string{
			"eth 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "eth 0x0000000000000000000000000000000000000000", "eth 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
			"eth 5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		},
	}
}

func ethereumForm(c *classify.Candidate) bool {
	m := c.Match()[2:]
	for _, b := range []byte(m) {
		if !isHex(b) {
			return false
		}
	}
	return entropy(m) > 2
}

// ethereumCase reports whether the letters of m are in one case, or each is a
// capital just where its digit of the Keccak-256 of all in small is 8 or more.
func ethereumCase(m string) bool {
	lower := strings.ToLower(m)
	if m == lower || m == strings.ToUpper(m) {
		return true
	}
	h := sha3.NewLegacyKeccak256()
	h.Write([]byte(lower))
	sum := hex.EncodeToString(h.Sum(nil))
	for i := range len(m) {
		if m[i] > '9' && (m[i] < 'a') != (sum[i] >= '8') {
			return false
		}
	}
	return true
}
