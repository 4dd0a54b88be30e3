package types

import (
	"maps"
	"slices"

	"github.com/classifyd/classifyd/worker/classify"
)

// iban is the account number of ISO 13616, with the lengths and structures of
// the IBAN registry and the check digits of ISO 7064 mod 97-10. Where the
// structure has a digit, a letter that looks like one is read as it, see misread.
func iban() *classify.Type {
	return &classify.Type{
		ID:          "e7dc4711-11b7-4cb0-b88b-2c394a771f0e",
		Name:        "International Banking Account Number (IBAN)",
		Description: "International bank account numbers with a country's length and structure and valid check digits.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Recommended: 85,
		Words: []string{
			"iban", "bank account", "account", "account number", "bic", "swift", "international bank account number",
			"kontonummer", "konto", "bankverbindung", "numéro de compte", "compte bancaire", "cuenta", "número de cuenta",
			"conto corrente", "coordinate bancarie", "rekeningnummer", "bankrekening", "conta bancária", "numer konta",
			"číslo účtu", "tilinumero", "hesap numarası", "счёт", "номер счета", "рахунок", "τραπεζικός λογαριασμός", "رقم الحساب", "חשבון בנק",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: slices.Sorted(maps.Keys(bbans)), Before: 2, After: 48},
			Check:    ibanCheck,
			Strength: classify.Structure,
			Alone:    85,
			With:     85,
		}},
		Value: ibanValue,
		Finds: []classify.Sample{
			{Text: "GB82 WEST 1234 5698 7654 32", Match: "GB82 WEST 1234 5698 7654 32", Confidence: 85},
			{Text: "IBAN:DE75512108001245126199.", Match: "DE75512108001245126199", Confidence: 85},
			{Text: "pay FR76-3000-6000-0112-3456-7890-189 today", Match: "FR76-3000-6000-0112-3456-7890-189", Confidence: 85},
			{Text: "NO83 3000 1234 567 A", Match: "NO83 3000 1234 567", Confidence: 85},
			{Text: "MT31 MALT 0110 0000 0000 0000 0000 123", Match: "MT31 MALT 0110 0000 0000 0000 0000 123", Confidence: 85},
			{Text: "IBAN DE755I2IO8OO1245126I99", Match: "DE755I2IO8OO1245126I99", Confidence: 85},
			{Text: "GB82 WEST l234 5698 7654 32", Match: "GB82 WEST l234 5698 7654 32", Confidence: 85},
			{Text: "DE44 50O1 05I7 5407 3249 3I", Match: "DE44 50O1 05I7 5407 3249 3I", Confidence: 85},
		},
		Leaves: []string{
			"GB82 WEST 1234 5698 7654 33",
			"GB82 WEST 1234 5698 7654 3",
			"GB82WEST12345698765432X",
			"GB82 1EST 1234 5698 7654 32",
			"gb82 west 1234 5698 7654 32",
			"XGB82WEST12345698765432",
			"ZZ82 WEST 1234 5698 7654 32",
			"GB82-WEST 1234-5698 7654 32",
			"GB82 WEST l234 5698 7654 33",
		},
	}
}

// bbans is what follows the check digits, by country, as the IBAN registry
// (SWIFT) writes it: digits, capital letters, or either.
var bbans = map[string]string{
	"AD": "8n12c", "AE": "19n", "AL": "8n16c", "AT": "16n", "AZ": "4a20c",
	"BA": "16n", "BE": "12n", "BG": "4a6n8c", "BH": "4a14c", "BI": "23n", "BR": "23n1a1c", "BY": "4c4n16c",
	"CH": "5n12c", "CR": "18n", "CY": "8n16c", "CZ": "20n",
	"DE": "18n", "DJ": "23n", "DK": "14n", "DO": "4c20n",
	"EE": "16n", "EG": "25n", "ES": "20n",
	"FI": "14n", "FK": "2a12n", "FO": "14n", "FR": "10n11c2n",
	"GB": "4a14n", "GE": "2a16n", "GI": "4a15c", "GL": "14n", "GR": "7n16c", "GT": "24c",
	"HN": "4a20n", "HR": "17n", "HU": "24n",
	"IE": "4a14n", "IL": "19n", "IQ": "4a15n", "IS": "22n", "IT": "1a10n12c",
	"JO": "4a4n18c", "KW": "4a22c", "KZ": "3n13c",
	"LB": "4n20c", "LC": "4a24c", "LI": "5n12c", "LT": "16n", "LU": "3n13c", "LV": "4a13c", "LY": "21n",
	"MC": "10n11c2n", "MD": "20c", "ME": "18n", "MK": "3n10c2n", "MN": "16n", "MR": "23n", "MT": "4a5n18c", "MU": "4a19n3a",
	"NI": "4a20n", "NL": "4a10n", "NO": "11n", "OM": "3n16c",
	"PK": "4a16c", "PL": "24n", "PS": "4a21c", "PT": "21n", "QA": "4a21c",
	"RO": "4a16c", "RS": "18n", "RU": "14n15c",
	"SA": "2n18c", "SC": "4a20n3a", "SD": "14n", "SE": "20n", "SI": "15n", "SK": "20n", "SM": "1a10n12c", "SO": "19n", "ST": "21n", "SV": "4a20n",
	"TL": "19n", "TN": "20n", "TR": "6n16c", "UA": "6n19c", "VA": "18n", "VG": "4a16n", "XK": "16n", "YE": "4a4n18c",
}

func ibanCheck(c *classify.Candidate) bool {
	r := ibanReader{text: c.Text[c.Start:]}
	if !r.read() {
		return false
	}
	c.End = c.Start + r.at
	return !wordByte(c.After()) && mod97(mod97(0, r.plain[4:r.n]), r.plain[:4]) == 1
}

// ibanValue is an IBAN as its country writes it, whatever it was misread for.
func ibanValue(dst []byte, match string) []byte {
	r := ibanReader{text: match}
	r.read()
	return append(dst, r.plain[:r.n]...)
}

// misread are the letters that the Unicode consortium (Technical Standard #39,
// confusables.txt) and whoever reads scanned paper take for digits, and what
// they are taken for. They count in an IBAN alone, where the country's structure
// says which places have digits and the check digits, which are right in one of
// 97 by chance, confirm it. Elsewhere letters are letters: in identifiers with a
// single check digit or none every look-alike would let ten times as much
// through, and what has both kinds at any place cannot tell.
var misread = [256]byte{'O': '0', 'o': '0', 'I': '1', 'l': '1'}

// An ibanReader reads an IBAN, which may be printed in groups of four with one
// kind of separator between them.
type ibanReader struct {
	text    string
	at      int
	sep     byte
	plain   [maxIBAN]byte // what was read, without separators, and letters for digits put right
	n       int
	misread int
}

// maxIBAN is how long ISO 13616 lets one be.
const maxIBAN = 34

// read reads the IBAN that text begins with, which must have more digits than
// letters that were taken for one.
func (r *ibanReader) read() bool {
	country := r.text[:2]
	r.at, r.n = 2, copy(r.plain[:], country)
	digits := 0
	structure := "2n" + bbans[country]
	for n, i := 0, 0; i < len(structure); i++ {
		if k := structure[i]; k >= '0' && k <= '9' {
			n = n*10 + int(k-'0')
			continue
		}
		for ; n > 0; n-- {
			if !r.take(structure[i]) {
				return false
			}
			if b := r.plain[r.n-1]; b <= '9' {
				digits++
			}
		}
	}
	return digits > 2*r.misread
}

// take reads the next character if it is of kind: n, a or c.
func (r *ibanReader) take(kind byte) bool {
	if r.n%4 == 0 && r.at < len(r.text) && (r.text[r.at] == ' ' || r.text[r.at] == '-') {
		if r.n > 4 && r.sep != r.text[r.at] {
			return false
		}
		r.sep = r.text[r.at]
		r.at++
	} else if r.n%4 == 0 && r.sep != 0 {
		return false
	}
	if r.at == len(r.text) {
		return false
	}
	b := r.text[r.at]
	if d := misread[b]; d != 0 && kind == 'n' {
		b = d
		r.misread++
	}
	isDigit, isLetter := b >= '0' && b <= '9', b >= 'A' && b <= 'Z'
	if !(isDigit && kind != 'a' || isLetter && kind != 'n') {
		return false
	}
	r.plain[r.n] = b
	r.at++
	r.n++
	return true
}

// wordByte reports whether b continues a word; 0, the text's edge, does not.
func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}
