package types

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/crypto/sha3"

	"github.com/classifyd/classifyd/worker/classify"
)

// value36 is a digit's or a letter's place in 0-9A-Z.
func value36(b byte) int { return strings.IndexByte(decimals+capitals, b) }

// addUp is the sum of the digits of all products of the values and the weights,
// each product written in a base.
func addUp(s string, base int, weights ...int) int {
	sum := 0
	for i := range len(s) {
		for p := value36(s[i]) * weights[i%len(weights)]; p > 0; p /= base {
			sum += p % base
		}
	}
	return sum
}

// sum36 weighs letters by their place in 0-9A-Z.
func sum36(s string, weights ...int) int {
	sum := 0
	for i := range len(s) {
		sum += value36(s[i]) * weights[i%len(weights)]
	}
	return sum
}

// lettersAsNumbers writes each letter as two digits, A for 10.
func lettersAsNumbers(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprint(&b, value36(s[i]))
	}
	return b.String()
}

// rounds are the Baltic and Kazakh check: a second set of weights where the first
// leaves ten, and what then.
func rounds(s, first, second, check string, last string) bool {
	n := remainder(s, first, 11)
	if n == 10 {
		if n = remainder(s, second, 11); n == 10 {
			return last != "" && check == last
		}
	}
	return fmt.Sprint(n) == check
}

// slowBase58 divides the address as one number and hashes what it holds.
func slowBase58(s string) bool {
	n := new(big.Int)
	for i := range len(s) {
		at := strings.IndexByte("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", s[i])
		n.Add(n.Mul(n, big.NewInt(58)), big.NewInt(int64(at)))
	}
	raw := n.Bytes()
	for i := 0; i < len(s) && s[i] == '1'; i++ {
		raw = append([]byte{0}, raw...)
	}
	if len(raw) != 25 || raw[0] != 0 && raw[0] != 5 {
		return false
	}
	once := sha256.Sum256(raw[:21])
	twice := sha256.Sum256(once[:])
	return string(twice[:4]) == string(raw[21:])
}

// slowBech32 divides polynomials over GF(32), whose elements are five bits with
// x^5 = x^3 + 1, by the generator of BIP 173 given in them.
func slowBech32(s string) bool {
	times := func(a, b int) int {
		p := 0
		for ; b > 0; b >>= 1 {
			if b&1 == 1 {
				p ^= a
			}
			if a <<= 1; a&32 != 0 {
				a ^= 41
			}
		}
		return p
	}
	generator := []int{29, 22, 20, 21, 29, 18}
	rest := []int{0, 0, 0, 0, 0, 1}
	for _, v := range append([]int{3, 3, 0, 2, 3}, func() (vs []int) {
		for i := 3; i < len(s); i++ {
			vs = append(vs, strings.IndexByte("qpzry9x8gf2tvdw0s3jn54khce6mua7l", s[i]))
		}
		return vs
	}()...) {
		top := rest[0]
		rest = append(rest[1:], v)
		for i := range rest {
			rest[i] ^= times(top, generator[i])
		}
	}
	want := 1
	if s[3] != 'q' {
		want = 0x2bc830a3
	}
	got := 0
	for _, r := range rest {
		got = got<<5 | r
	}
	return got == want
}

// slowEIP55 sets each letter's case by the hash, and compares.
func slowEIP55(s string) bool {
	small := strings.ToLower(s[2:])
	h := sha3.NewLegacyKeccak256()
	h.Write([]byte(small))
	sum := fmt.Sprintf("%x", h.Sum(nil))
	want := []byte(small)
	for i := range want {
		if sum[i] > '7' {
			want[i] = upper(want[i])
		}
	}
	return string(want) == s[2:] || small == s[2:] || strings.ToUpper(small) == s[2:]
}

// slowFiscalCode reads the odd places' values from the decree's table, in the
// order 0-9A-Z with each digit's value that of its letter.
func slowFiscalCode(s string) bool {
	odd := map[byte]int{}
	for i, v := range strings.Fields("1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23") {
		n := 0
		fmt.Sscan(v, &n)
		odd[capitals[i]] = n
		if i < 10 {
			odd[decimals[i]] = n
		}
	}
	sum := 0
	for i := range 15 {
		switch {
		case i%2 == 0:
			sum += odd[s[i]]
		case s[i] <= '9':
			sum += int(s[i] - '0')
		default:
			sum += int(s[i] - 'A')
		}
	}
	return capitals[sum%26] == s[15]
}

// A definition is a check of a type in its authority's words. Only the places of
// the sample that vary marks with an x are changed, so that the definition need
// not repeat what the type knows of dates, places and kinds.
type definition struct {
	name         string
	typ          *classify.Type
	sample, vary string
	defined      func(s string) bool
}

func typeDefinitions() []definition {
	weigh := func(weights string, mod, want int) func(string) bool {
		return func(s string) bool { return remainder(s, weights, mod) == want }
	}
	mrz := func(s string) string { return fmt.Sprint(sum36(strings.ReplaceAll(s, "<", "0"), 7, 3, 1) % 10) }
	return []definition{
		{"GSTIN", indiaGSTIN(), "27AAPFU0939F1ZV", ".......xxxx...x", func(s string) bool {
			return value36(s[14]) == (36-addUp(s[:14], 36, 1, 2)%36)%36
		}},
		{"DEA", usDEA(), "BB1388568", "..xxxxxxx", func(s string) bool {
			return remainder(s[2:], "1 2 1 2 1 2", 10) == int(s[8]-'0')
		}},
		{"VIN", vin(), "1M8GDM9AXKP042788", "........x..xxxxxx", func(s string) bool {
			values := "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ" // ten places a row, each letter worth its place
			sum := 0
			for i, w := range []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2} {
				sum += w * (strings.IndexByte(values, s[i]) % 10)
			}
			return "0123456789X"[sum%11] == s[8]
		}},
		{"ISIN", isin(), "US0378331005", "..xxxxxxxxxx", func(s string) bool { return slowLuhn(lettersAsNumbers(s)) }},
		{"ISIN with letters", isin(), "GB00B1YW4409", "..xxxxxxxxxx", func(s string) bool { return slowLuhn(lettersAsNumbers(s)) }},
		{"CUSIP", cusip(), "38259P508", "xxxxxxxxx", func(s string) bool { return (addUp(s[:8], 10, 1, 2)+value36(s[8]))%10 == 0 }},
		{"LEI", lei(), "5493001KJTIIGC8Y1R12", "............xxxxxxxx", func(s string) bool { return modulo(lettersAsNumbers(s), 97) == 1 }},
		{"Bitcoin", bitcoin(), "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "...x........x.....................", slowBase58},
		{"Bitcoin scripts", bitcoin(), "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "...x........x.....................", slowBase58},
		{"Bech32", bitcoin(), "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "...........................2..............", slowBech32},
		{"Bech32m", bitcoin(), "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "............................2.................................", slowBech32},
		{"Ethereum", ethereum(), "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "...................................x......", slowEIP55},
		{"IMEI", imei(), "490154203237518", "........xxxxxxx", slowLuhn},
		{"SIN", canadaSIN(), "130692544", ".xxxxxxxx", slowLuhn},
		{"British Columbia's health card", canadaHealth(), "9698658215", ".xxxxxxxxx", func(s string) bool {
			return 11-remainder(s[1:], "2 4 8 5 10 9 7 3", 11) == int(s[9]-'0') || slowLuhn(s)
		}},
		{"Medicare", australiaMedicare(), "2123456701", ".xxxxxxxx.", weighAgainst("1 3 7 9 1 3 7 9", 10, 8)},
		{"TFN of eight", australiaTFN(), "81854402", "xxxxxxxx", weigh("10 7 8 4 6 3 5 1", 11, 0)},
		{"Voter", indiaVoter(), "ABC1234566", "...xxxxxxx", func(s string) bool { return slowLuhn(s[3:]) }},
		{"MRZ", machineReadableZone(), sampleTD3, strings.Repeat(".", 45) + "xxxxxxxxxx" + strings.Repeat(".", 33) + "x", func(s string) bool {
			l := s[45:]
			return mrz(l[:9]) == l[9:10] && mrz(l[:10]+l[13:20]+l[21:43]) == l[43:]
		}},
		{"PESEL", polandNational(), "44051401359", "......xxxxx", weigh("1 3 7 9 1 3 7 9 1 3 1", 10, 0)},
		{"REGON", polandBusiness(), "192598184", ".xxxxxxxx", func(s string) bool { return remainder(s, "8 9 2 3 4 5 6 7", 11)%10 == int(s[8]-'0') }},
		{"Polish identity card", polandIdentityCard(), "ABA300000", "...xxxxxx", func(s string) bool {
			return (sum36(s[:3], 7, 3, 1)+9*value36(s[3])+sum36(s[4:], 7, 3, 1))%10 == 0
		}},
		{"Norway", norwayNational(), "01019012561", "......xxxxx", func(s string) bool {
			return remainder(s, "3 7 6 1 8 9 4 5 2 1", 11) == 0 && remainder(s, "5 4 3 2 7 6 5 4 3 2 1", 11) == 0
		}},
		{"Norwegian organisation", norwayOrganisation(), "995083299", ".xxxxxxxx", weigh("3 2 7 6 5 4 3 2 1", 11, 0)},
		{"Personnummer", swedenNational(), "8112289874", "......xxxx", slowLuhn},
		{"Finnish business", finlandBusiness(), "2077474-0", ".xxxxxx.x", func(s string) bool {
			return lacks(remainder(s, "7 9 10 5 8 4 2", 11), 11, "?", "0") == s[8:]
		}},
		{"Hetu", finlandNational(), "131052-308T", "........xxx", func(s string) bool {
			return "0123456789ABCDEFHJKLMNPRSTUVWXY"[modulo(s[:6]+s[7:10], 31)] == s[10]
		}},
		{"Isikukood", estoniaPersonal(), "36805280109", ".......xxxx", func(s string) bool {
			return rounds(s, "1 2 3 4 5 6 7 8 9 1", "3 4 5 6 7 8 9 1 2 3", s[10:], "0")
		}},
		{"Personas kods", latviaPersonal(), "161175-19997", "........xxxx", func(s string) bool {
			digits := s[:6] + s[7:]
			return fmt.Sprint((1101-modulo(fmt.Sprint(remainder(digits, "1 6 3 7 9 10 5 8 4 2", 1<<30)), 1<<30))%11%10) == s[11:]
		}},
		{"Belgium", belgiumNational(), "85073003328", "......xxxxx", func(s string) bool {
			return fmt.Sprintf("%02d", 97-modulo(s[:9], 97)) == s[9:] || fmt.Sprintf("%02d", 97-modulo("2"+s[:9], 97)) == s[9:]
		}},
		{"Austria", austriaSocialSecurity(), "1237010180", ".xxx......", func(s string) bool {
			return remainder(s[:3]+s[4:], "3 7 9 5 8 4 2 1 6", 11) == int(s[3]-'0')
		}},
		{"Bulgaria", bulgariaCivil(), "7523169263", "......xxxx", func(s string) bool {
			return remainder(s, "2 4 8 5 10 9 7 3 6", 11)%10 == int(s[9]-'0')
		}},
		{"CNP", romaniaPersonal(), "1630615123457", ".........xxxx", func(s string) bool {
			n := remainder(s, "2 7 9 1 4 6 3 5 8 2 7 9", 11)
			if n == 10 {
				n = 1
			}
			return n == int(s[12]-'0')
		}},
		{"EMSO", sloveniaCitizen(), "0101006500006", ".........xxxx", func(s string) bool {
			return lacks(remainder(s, "7 6 5 4 3 2 7 6 5 4 3 2", 11), 11, "?", "0") == s[12:]
		}},
		{"TAJ", hungarySocial(), "102030400", "xxxxxxxxx", weighAgainst("3 7 3 7 3 7 3 7", 10, 8)},
		{"Hungarian tax", hungaryTax(), "8445301179", ".xxxxxxxxx", weighAgainst("1 2 3 4 5 6 7 8 9", 11, 9)},
		{"AMKA", greeceSocialSecurity(), "17025601232", "......xxxxx", slowLuhn},
		{"Kennitala", icelandNational(), "1201743399", "......xxx.", func(s string) bool {
			return lacks(remainder(s, "3 2 7 6 5 4 3 2", 11), 11, "?", "0") == s[8:9]
		}},
		{"DNI", spainDNI(), "54362315K", "xxxxxxxxx", func(s string) bool { return "TRWAGMYFPDXBNJZSQVHLCKE"[modulo(s[:8], 23)] == s[8] }},
		{"NIE", spainTaxNumber(), "X2482300W", ".xxxxxxxx", func(s string) bool { return "TRWAGMYFPDXBNJZSQVHLCKE"[modulo(s[1:8], 23)] == s[8] }},
		{"CIF", spainCompanyNumber(), "A13585625", "...xxxxxx", func(s string) bool { return slowLuhn(s[1:]) }},
		{"Spanish social security", spainSocialSecurity(), "281234567840", "...xxxxxxxxx", func(s string) bool { return modulo(s[:10], 97) == modulo(s[10:], 100) }},
		{"PPS", irelandPPS(), "1234567T", "xxxxxxxx", func(s string) bool { return "WABCDEFGHIJKLMNOPQRSTUV"[remainder(s, "8 7 6 5 4 3 2", 23)] == s[7] }},
		{"Codice fiscale", italyFiscalCode(), "RSSMRA85T10A562S", "............xxxx", slowFiscalCode},
		{"Swiss business", switzerlandBusiness(), "CHE116696169", "...xxxxxxxxx", func(s string) bool {
			return lacks(remainder(s[3:], "5 4 3 2 7 6 5 4", 11), 11, "?", "0") == s[11:]
		}},
		{"TC kimlik", turkeyIdentity(), "10000000146", ".......xxxx", func(s string) bool {
			return lacks(remainder(s, "3 1 3 1 3 1 3 1 3", 10), 10, "0", "0") == s[9:10] && remainder(s, "1 1 1 1 1 1 1 1 1 1", 10) == int(s[10]-'0')
		}},
		{"CUIT", argentinaTax(), "20267565393", "...xxxxxxxx", func(s string) bool {
			return lacks(remainder(s, "5 4 3 2 7 6 5 4 3 2", 11), 11, "?", "0") == s[10:]
		}},
		{"PIS", brazilSocial(), "12556123453", ".xxxxxxxxxx", func(s string) bool {
			return lacks(remainder(s, "3 2 9 8 7 6 5 4 3 2", 11), 11, "0", "0") == s[10:]
		}},
		{"RUC", peruTax(), "20512333797", "...xxxxxxxx", func(s string) bool {
			return fmt.Sprint(11 - remainder(s, "5 4 3 2 7 6 5 4 3 2", 11))[len(fmt.Sprint(11-remainder(s, "5 4 3 2 7 6 5 4 3 2", 11)))-1:] == s[10:]
		}},
		{"Uruguay", uruguayIdentity(), "46223232", "..xxxxxx", weigh("2 9 8 7 6 3 4 1", 10, 0)},
		{"South Africa", southAfricaIdentity(), "8001015009087", "......xxxx..x", slowLuhn},
		{"Israel", israelIdentity(), "123456782", "xxxxxxxxx", slowLuhn},
		{"IIN", kazakhstanIdentity(), "900101350122", "........xxxx", func(s string) bool {
			return rounds(s, "1 2 3 4 5 6 7 8 9 10 11", "3 4 5 6 7 8 9 10 11 1 2", s[11:], "")
		}},
		{"HKID", hongKongIdentity(), "A1234563", "xxxxxxxx", func(s string) bool {
			sum := 36*9 + value36(s[0])*8
			for i := 1; i < 7; i++ {
				sum += int(s[i]-'0') * (8 - i)
			}
			return lacks(sum%11, 11, "A", "0") == s[7:]
		}},
		{"NRIC", singaporeIdentity(), "S1234567D", "..xxxxxxx", func(s string) bool { return "JZIHGFEDCBA"[remainder(s[1:], "2 7 6 5 4 3 2", 11)] == s[8] }},
		{"Thailand", thailandIdentity(), "1220000000007", ".....xxxxxxxx", func(s string) bool {
			return fmt.Sprint((11-remainder(s, "13 12 11 10 9 8 7 6 5 4 3 2", 11))%10) == s[12:]
		}},
		{"Korean business", koreaBusiness(), "220-81-39791", "...........x", func(s string) bool {
			d := strings.ReplaceAll(s, "-", "")
			return (remainder(d, "1 3 7 1 3 7 1 3 5", 1<<30)+int(d[8]-'0')*5/10+int(d[9]-'0'))%10 == 0
		}},
		{"Unified social credit", chinaCompany(), "91440300708461136T", "........xxxxxxxxxx", func(s string) bool {
			const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
			sum, weight := 0, 1
			for i := range 17 {
				at := strings.IndexByte(alphabet, s[i])
				if at < 0 {
					return false
				}
				sum += at * weight
				weight = weight * 3 % 31
			}
			at := strings.IndexByte(alphabet, s[17])
			return at >= 0 && (sum+at)%31 == 0
		}},
		{"SNILS", russiaPension(), "08765430300", "...xxxxxxxx", func(s string) bool {
			return fmt.Sprintf("%02d", remainder(s, "9 8 7 6 5 4 3 2 1", 1<<30)%101%100) == s[9:]
		}},
		{"RNOKPP", ukraineTaxNumber(), "1759901775", ".....xxxxx", func(s string) bool {
			return remainder(s, "10 5 7 9 4 6 10 5 7", 11)%10 == int(s[9]-'0') || remainder(s, "-1 5 7 9 4 6 10 5 7", 11)%10 == int(s[9]-'0')
		}},
		{"Kvnr", germanyHealthInsurance(), "A123456780", ".xxxxxxxxx", func(s string) bool {
			digits := fmt.Sprintf("%02d", s[0]-'A'+1) + s[1:9]
			sum := 0
			for i := range len(digits) {
				p := int(digits[i]-'0') * (1 + i%2)
				sum += p/10 + p%10
			}
			return sum%10 == int(s[9]-'0')
		}},
		{"LANR", germanyDoctor(), "123456601", "xxxxxxx..", func(s string) bool {
			return lacks(remainder(s, "4 9 4 9 4 9", 10), 10, "0", "0") == s[6:7]
		}},
	}
}

// weighAgainst compares a weighted sum's remainder with the digit at a place.
func weighAgainst(weights string, mod, at int) func(string) bool {
	return func(s string) bool { return remainder(s, weights, mod) == int(s[at]-'0') }
}

// changed returns the definition's sample with the marked places changed by r. A
// '2' marks a place of Bech32's alphabet.
func (d definition) changed(r *rand.Rand) string {
	b := []byte(d.sample)
	for i := range d.vary {
		if d.vary[i] == '2' {
			b[i] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"[r.IntN(32)]
		}
		if d.vary[i] != 'x' || r.IntN(3) == 0 {
			continue
		}
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			b[i] = decimals[r.IntN(10)]
		case c >= 'A' && c <= 'Z':
			b[i] = capitals[r.IntN(26)]
		case c >= 'a' && c <= 'z':
			b[i] = strings.ToLower(capitals)[r.IntN(26)]
		}
	}
	return string(b)
}

// reader is an engine of a type alone, with those of its rules that check something.
func (d definition) reader(t testing.TB) *classify.Engine {
	t.Helper()
	typ := *d.typ
	typ.Rules = nil
	for _, r := range d.typ.Rules {
		if r.Strength >= classify.CheckDigit {
			typ.Rules = append(typ.Rules, r)
		}
	}
	e, err := classify.New([]*classify.Type{&typ})
	if err != nil {
		t.Fatalf("%s: %v", d.name, err)
	}
	return e
}

// found reports whether the type finds just s behind a word of evidence.
func (d definition) found(t testing.TB, e *classify.Engine, s string) bool {
	t.Helper()
	word := ""
	if len(d.typ.Words) > 0 {
		word = d.typ.Words[0] + ": "
	}
	res, err := e.Scan(t.Context(), word+s, classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return len(res.Findings) == 1 && len(res.Findings[0].Matches) == 1 && res.Findings[0].Matches[0].Text == s
}

func TestTypesAgreeWithTheirDefinitions(t *testing.T) {
	for _, d := range typeDefinitions() {
		e := d.reader(t)
		r := rand.New(rand.NewPCG(7, 8))
		if !d.found(t, e, d.sample) || !d.defined(d.sample) {
			t.Errorf("%s: %s is found %v, by definition %v, want both", d.name, d.sample, d.found(t, e, d.sample), d.defined(d.sample))
		}
		const tries = 1_000
		valid := 0
		for range tries {
			s := d.changed(r)
			got, want := d.found(t, e, s), d.defined(s)
			if got != want {
				t.Fatalf("%s: %s is found %v, by definition %v", d.name, s, got, want)
			}
			if got {
				valid++
			}
		}
		if valid == 0 || valid == tries {
			t.Errorf("%s: %d of %d were valid, which proves nothing", d.name, valid, tries)
		}
	}
}

// FuzzTypesAgreeWithTheirDefinitions lets the fuzzer choose the places' values.
func FuzzTypesAgreeWithTheirDefinitions(f *testing.F) {
	f.Add(uint8(0), uint64(1))
	all := typeDefinitions()
	engines := make([]*classify.Engine, len(all))
	for i, d := range all {
		engines[i] = d.reader(f)
	}
	f.Fuzz(func(t *testing.T, which uint8, seed uint64) {
		i := int(which) % len(all)
		s := all[i].changed(rand.New(rand.NewPCG(seed, 9)))
		if got, want := all[i].found(t, engines[i], s), all[i].defined(s); got != want {
			t.Errorf("%s: %s is found %v, by definition %v", all[i].name, s, got, want)
		}
	})
}
