package types

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/classify"
)

// remainder is what is left of the digits of s times weights, modulo mod, from
// the definition: the weights as their authority prints them.
func remainder(s, weights string, mod int) int {
	sum := 0
	for i, w := range strings.Fields(weights) {
		n, _ := strconv.Atoi(w)
		d, _ := strconv.Atoi(s[i : i+1])
		sum += n * d
	}
	return (sum%mod + mod) % mod
}

// lacks returns the check digit that fills a remainder up to mod: 10 is ten, 11 is nothing.
func lacks(rest, mod int, ten, nothing string) string {
	switch n := mod - rest; n {
	case mod:
		return nothing
	case 10:
		return ten
	default:
		return strconv.Itoa(n)
	}
}

// modulo divides a number of any length.
func modulo(s string, m int64) int64 {
	n, _ := new(big.Int).SetString(s, 10)
	return new(big.Int).Mod(n, big.NewInt(m)).Int64()
}

// recursive is ISO/IEC 7064's hybrid system MOD 11,10 as the standard defines it.
func recursive(s string) bool {
	p := 10
	for i := range len(s) {
		t := (p + int(s[i]-'0')) % 10
		if i == len(s)-1 {
			return t == 1
		}
		if t == 0 {
			t = 10
		}
		p = 2 * t % 11
	}
	return false
}

// definitions are check digits in their authorities' words, beside the checks
// of the catalogue.
var definitions = []struct {
	name, valid string
	check       func([]byte) bool
	defined     func(s string) bool
}{
	{"Austria VAT", "U13585627", austriaVAT, func(s string) bool {
		sum := 4
		for i, c := range s[1:] {
			d := int(c - '0')
			if i == 1 || i == 3 || i == 5 {
				d = []int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}[d]
			}
			sum += d
		}
		return sum%10 == 0
	}},
	{"Belgium VAT", "0428496708", belgiumVAT, func(s string) bool {
		return s[0] <= '1' && modulo(s[:8], 1<<60) > 0 && fmt.Sprintf("%02d", 97-modulo(s[:8], 97)) == s[8:]
	}},
	{"Czech VAT", "25123891", czechVAT, func(s string) bool {
		return s[0] != '9' && lacks(remainder(s, "8 7 6 5 4 3 2", 11), 11, "0", "1") == s[7:]
	}},
	{"Germany VAT", "136695976", germanyVAT, func(s string) bool { return s[0] != '0' && recursive(s) }},
	{"Denmark VAT", "13585628", denmarkVAT, func(s string) bool {
		return s[0] != '0' && remainder(s, "2 7 6 5 4 3 2 1", 11) == 0
	}},
	{"Greece VAT", "094259216", greeceVAT, func(s string) bool {
		n, _ := strconv.Atoi(s[:8])
		sum := 0
		for i := 1; n > 0; i++ {
			sum += n % 10 << i
			n /= 10
		}
		return strconv.Itoa(sum % 11 % 10)[:1] == s[8:] && strings.Trim(s, s[:1]) != ""
	}},
	{"France VAT", "40303265045", franceVAT, func(s string) bool {
		return slowLuhn(s[2:]) && strings.Trim(s[2:], s[2:3]) != "" && modulo(s[2:]+"12", 97) == modulo(s[:2], 100)
	}},
	{"Luxembourg VAT", "15027442", luxembourgVAT, func(s string) bool {
		return modulo(s[:6], 1<<60) > 0 && modulo(s[:6], 89) == modulo(s[6:], 100)
	}},
	{"Slovakia VAT", "2022749619", slovakiaVAT, func(s string) bool {
		return s[0] != '0' && strings.Contains("234789", s[2:3]) && modulo(s, 11) == 0
	}},
	{"Finland VAT", "20774740", finlandVAT, func(s string) bool {
		return strings.Trim(s, s[:1]) != "" && lacks(remainder(s, "7 9 10 5 8 4 2", 11), 11, "?", "0") == s[7:]
	}},
	{"Slovenia VAT", "50223054", sloveniaTaxNumber, func(s string) bool {
		return s[0] != '0' && lacks(remainder(s, "8 7 6 5 4 3 2", 11), 11, "0", "?") == s[7:]
	}},
	{"Poland NIP", "5261040828", polandTaxNumber, func(s string) bool {
		return modulo(s[:3], 1000) > 100 && strconv.Itoa(remainder(s, "6 5 7 2 3 4 5 6 7", 11)) == s[9:]
	}},
	{"Portugal NIF", "501964843", portugalTaxNumber, func(s string) bool {
		if s[0] == '0' || s[0] == '4' && s[1] != '5' || strings.Trim(s, s[:1]) == "" {
			return false
		}
		return lacks(remainder(s, "9 8 7 6 5 4 3 2", 11), 11, "0", "0") == s[8:]
	}},
	{"Netherlands BSN", "111222333", elevenTest, func(s string) bool {
		return strings.Trim(s, s[:1]) != "" && remainder(s, "9 8 7 6 5 4 3 2 10", 11) == 0
	}},
	{"France NIR", "255081416802538", nir, func(s string) bool {
		month, _ := strconv.Atoi(s[3:5])
		return strings.Contains("123478", s[:1]) && (month >= 1 && month <= 12 || month >= 20 && month <= 42 || month >= 50) &&
			fmt.Sprintf("%02d", 97-modulo(s[:13], 97)) == s[13:]
	}},
	{"China resident", "320282198104050018", chinaResidentCheck, func(s string) bool {
		sum := 0
		for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
			sum += w * int(s[i]-'0')
		}
		year, month, day := modulo(s[6:10], 1<<30), modulo(s[10:12], 100), modulo(s[12:14], 100)
		return strings.Contains("12345678", s[:1]) && year >= 1850 && year < 2100 && calendar(int(year), int(month), int(day)) && "10X98765432"[sum%11] == s[17]
	}},
	{"Brazil CNPJ", "11222333000181", cnpj, func(s string) bool {
		return strings.Trim(s, s[:1]) != "" && lacks(max(remainder(s, "5 4 3 2 9 8 7 6 5 4 3 2", 11), 1), 11, "0", "?") == s[12:13] &&
			lacks(max(remainder(s, "6 5 4 3 2 9 8 7 6 5 4 3 2", 11), 1), 11, "0", "?") == s[13:]
	}},
	{"Russia INN", "7707083893", russiaINN, func(s string) bool {
		return strings.Trim(s, s[:1]) != "" && strconv.Itoa(remainder(s, "2 4 10 3 5 9 4 6 8", 11)%10) == s[9:]
	}},
	{"Sweden organisation", "2120000142", swedenOrganisationCheck, func(s string) bool {
		return strings.Contains("12356789", s[:1]) && s[2] >= '2' && slowLuhn(s) && strings.Trim(s, s[:1]) != ""
	}},
	{"Japan My Number", "123456789018", func(d []byte) bool { return japanDigit(d) == d[11] }, func(s string) bool {
		sum := 0
		for n := 1; n <= 11; n++ {
			q := n + 1
			if n >= 7 {
				q = n - 5
			}
			sum += int(s[11-n]-'0') * q
		}
		return lacks(max(sum%11, 1), 11, "0", "?") == s[11:]
	}},
	{"Chile RUT", "123456785", func(d []byte) bool { return chileDigit(d[:8]) == d[8] }, func(s string) bool {
		n := modulo(s[:8], 1<<60)
		return n >= 100_000 && strings.Trim(s[:8], s[:1]) != "" && lacks(remainder(s, "3 2 7 6 5 4 3 2", 11), 11, "K", "0") == s[8:]
	}},
	{"OIB", "33392005961", mod1110, recursive},
	{"EAN-13", "7569217608018", ean13, func(s string) bool {
		return lacks(remainder(s, "1 3 1 3 1 3 1 3 1 3 1 3", 10), 10, "0", "0") == s[12:]
	}},
	{"Partita IVA", "00743110157", partitaIVA, func(s string) bool {
		p := modulo(s[7:10], 1000)
		return slowLuhn(s) && s[:7] != "0000000" && (p >= 1 && p <= 100 || p == 120 || p == 121 || p == 888 || p == 999)
	}},
}

func TestNationalCheckDigitsAgreeWithTheirDefinitions(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, d := range definitions {
		if !d.check([]byte(d.valid)) {
			t.Errorf("%s of %s is not valid", d.name, d.valid)
		}
		// Numbers at random, and valid ones with a digit or two changed.
		for n := range 20_000 {
			b := []byte(d.valid)
			for i := range b {
				if b[i] <= '9' && (n%2 == 0 || r.IntN(len(b)) == 0) {
					b[i] = '0' + byte(r.IntN(10))
				}
			}
			if got, want := d.check(b), d.defined(string(b)); got != want {
				t.Fatalf("%s of %s: %v, by definition %v", d.name, b, got, want)
			}
		}
	}
}

// TestCheckedNumbersAreNotFoundWithAMistake changes each digit of each sample of
// the types that have a check digit. Some let a few through: where 10 counts as
// 0, where some holders' numbers have no check digit, where it does not cover a
// field.
func TestCheckedNumbersAreNotFoundWithAMistake(t *testing.T) {
	for _, typ := range nations() {
		if len(typ.Members) > 0 {
			continue
		}
		e, err := classify.New([]*classify.Type{typ})
		if err != nil {
			t.Fatal(err)
		}
		checked := true
		for _, r := range typ.Rules {
			checked = checked && r.Strength >= classify.CheckDigit
		}
		if !checked {
			continue
		}
		mistakes, found := 0, 0
		for _, s := range typ.Finds {
			at := strings.Index(s.Text, s.Match)
			for i := range len(s.Match) {
				for d := byte('0'); d <= '9' && s.Match[i] >= '0' && s.Match[i] <= '9'; d++ {
					if d == s.Match[i] {
						continue
					}
					b := []byte(s.Text)
					b[at+i] = d
					mistakes++
					found += len(scan(t, e, string(b), classify.Options{}))
				}
			}
		}
		if found*4 > mistakes {
			t.Errorf("%s: %d of %d numbers with a mistake were found", typ.Name, found, mistakes)
		}
	}
}

// TestIDsOfNationsStay pins the IDs that are derived from slugs: clients store them.
func TestIDsOfNationsStay(t *testing.T) {
	for slug, want := range map[string]string{
		"brazil-drivers-license-number":               "e3232680-be61-5c0f-9847-5a5139d9e7d5",
		"brazil-social-integration-number":            "1e7c61f6-a693-5c31-aa19-fc5d956a5912",
		"china-unified-social-credit-identifier":      "213f0977-339c-570f-beae-55674d2ac57e",
		"colombia-tax-number":                         "f70c2e40-66b8-5664-9c8c-bd505601f69e",
		"denmark-business-number":                     "a648cbe9-7d67-514d-9f6f-61edf9a0981d",
		"dominican-republic-identity-number":          "1f7dd22e-6528-5c3e-ac02-3d7d4d5f7472",
		"ecuador-identity-number":                     "3b267351-afc1-524a-93f8-359d20f82626",
		"egypt-national-id":                           "1ffd3e70-0bfd-5bc0-b7d0-4ae05ab66461",
		"finland-business-id":                         "036842ba-2905-5e2d-8eb7-25238f2b15fb",
		"germany-pension-insurance-number":            "75cab528-de39-5f4d-92ea-c60e0d4dc8d6",
		"germany-health-insurance-number":             "92d47d50-82db-5bff-8cac-a57785325058",
		"germany-doctor-number":                       "64414a2b-cc41-5297-8e8f-bcf0ec231d06",
		"germany-tax-number":                          "c5fad95e-d7c9-5bbc-8e71-32da78ae272e",
		"united-arab-emirates-identity-number":        "b21e9b8a-10d6-5b7e-b013-4c7c1ae53a62",
		"iceland-national-id":                         "53a49a71-248b-51cb-a335-e793bc8cd3a4",
		"kazakhstan-individual-identification-number": "afac15b6-5062-51c3-9951-fb39eb5226de",
		"south-korea-foreigner-registration-number":   "15012ab7-d424-5466-b55f-0f675c37db5b",
		"south-korea-business-registration-number":    "12730f5d-667a-5918-93bb-67c3ae971d34",
		"south-korea-drivers-license-number":          "e61f431c-8904-5fd0-897a-185d53035906",
		"south-korea-passport-number":                 "31d5d928-48a9-589c-9055-5de0c699a392",
		"mexico-taxpayer-number":                      "c8b5ab6c-dbbe-5447-812a-51fb155736e6",
		"nigeria-national-identification-number":      "0a2ef02c-3dc8-5824-91af-a4ce7d366338",
		"norway-organisation-number":                  "bb99dfc0-34ea-5bf8-b0f3-41adb1ea80ba",
		"peru-tax-number":                             "d6a08350-0e91-552c-8e3a-9ddf89ee51a5",
		"philippines-tax-number":                      "016cf5a5-e675-53c2-adf3-ec55aa024418",
		"russia-tax-number":                           "f38fb299-52fb-5baa-98c0-f5b78daf34b7",
		"russia-pension-insurance-number":             "427101fe-114d-5802-9a33-5efa8d544508",
		"singapore-unique-entity-number":              "bad54119-0ad9-53f5-9ffe-df9e94be67a1",
		"spain-company-tax-number":                    "1ea5a501-633e-51c5-8745-bcabeccc10c4",
		"sweden-organisation-number":                  "83155aad-d8c0-591a-9725-ee21d4e54fe6",
		"switzerland-business-number":                 "939be1cd-4d83-5094-875a-94321ccc8989",
		"turkey-tax-number":                           "bc4bb76f-e9b0-5c99-9300-3b60774b8e7b",
		"ukraine-tax-number":                          "9fcd0f1f-d0c7-5dbf-9b8c-5a62dbd8305f",
		"ukraine-company-number":                      "93073d32-7f93-5510-92fc-36d7f4b0259d",
		"uruguay-identity-number":                     "00c7b1e4-2f9c-5fe6-899b-23b7ccd16e3b",
		"bg-vat-number":                               "c5cba8d9-ee34-5a77-b4d1-210e2ab05e3b",
		"cy-vat-number":                               "1e35249f-0f64-5d83-89d9-b99f093b88f1",
		"cz-vat-number":                               "7dc660f6-b244-55a1-b991-6f943c3470e0",
		"dk-vat-number":                               "b735d0bc-218b-5fe9-9e9d-9ba17f74df55",
		"ee-vat-number":                               "c508c612-3617-5d18-9b81-ac8edfbf503a",
		"gr-vat-number":                               "154a9c69-e8a8-5309-8c12-f7e8a8cf7c95",
		"es-vat-number":                               "c082aed9-5178-518e-bfbc-6ba5927e176d",
		"fi-vat-number":                               "4aecc77b-64a3-501d-8203-506540cc75e0",
		"hr-vat-number":                               "af9b4034-7b69-587b-8083-4b56192631ef",
		"ie-vat-number":                               "7b460a7d-d26d-5d28-a983-835dd6cd1098",
		"lt-vat-number":                               "74d173ec-cb0e-534a-9bde-098edbe5add7",
		"lu-vat-number":                               "1b18160d-72e9-5245-aedc-873f315c7ada",
		"lv-vat-number":                               "20517e9a-b4ce-5ea2-84c3-3d8124a5dc65",
		"mt-vat-number":                               "c945b6d6-c3ee-5225-821c-de6d9b566dcd",
		"pl-vat-number":                               "90896060-27ca-582e-967b-f57ad888ea02",
		"pt-vat-number":                               "94d33194-1cb7-5b03-84e3-fe8487f148fc",
		"ro-vat-number":                               "82a72f7d-f63b-5c69-beac-6c723b1a5eee",
		"se-vat-number":                               "4769e5c1-9e6f-5cc4-bbed-39cc06babba9",
		"si-vat-number":                               "98e20aaf-b653-545f-ad3f-31da7b75be89",
		"sk-vat-number":                               "b62906a0-0623-5833-99a7-651cd25b1d2d",
	} {
		if got := own(slug); got != want {
			t.Errorf("own(%q) = %s, want %s", slug, got, want)
		}
	}
}
