package types

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/classify"
)

// on makes a check of candidates one of their bytes.
func on(check func(*classify.Candidate) bool) func([]byte) bool {
	return func(b []byte) bool {
		digits := slices.DeleteFunc(slices.Clone(b), func(c byte) bool { return c < '0' || c > '9' })
		return check(&classify.Candidate{Text: string(b), End: len(b), Digits: digits})
	}
}

// base36 is what a character counts where A is 10, and Z 35.
func base36(c byte) int {
	n, _ := strconv.ParseInt(string(c), 36, 0)
	return int(n)
}

// expanded writes letters as the numbers they count.
func expanded(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteString(strconv.Itoa(base36(s[i])))
	}
	return b.String()
}

// digit is what a digit at i counts.
func digit(s string, i int) int { return base36(s[i]) }

// A fields is a number with fields of which only some may vary without making
// it another kind of number: '9' in vary is any digit, 'A' any letter, '*' either.
// Whether it is valid is then the check digits' matter alone.
type fields struct {
	name, valid, vary string
	check             func([]byte) bool
	defined           func(s string) bool
}

var laid = []fields{
	{"Australia TFN", "876543210", "...999999", tfn, func(s string) bool { return remainder(s, "1 4 3 7 5 8 6 9 10", 11) == 0 }},
	{"Australia ABN", "51824753556", "..999999999", abn, func(s string) bool { return remainder(s, "10 1 3 5 7 9 11 13 15 17 19", 89) == 10 }},
	{"Australia ACN", "004085616", "...999999", acn, func(s string) bool {
		return lacks(remainder(s, "8 7 6 5 4 3 2 1", 10), 10, "0", "0") == s[8:]
	}},
	{"Australia Medicare", "2123456701", ".99999999.", medicare, func(s string) bool {
		return strconv.Itoa(remainder(s, "1 3 7 9 1 3 7 9", 10)) == s[8:9]
	}},
	{"Poland PESEL", "44051401359", "......99999", on(polandNationalCheck), func(s string) bool {
		return lacks(remainder(s, "1 3 7 9 1 3 7 9 1 3", 10), 10, "0", "0") == s[10:]
	}},
	{"Poland REGON", "192598184", ".99999999", on(polandBusinessCheck), func(s string) bool {
		return remainder(s, "8 9 2 3 4 5 6 7", 11)%10 == digit(s, 8)
	}},
	{"Spain DNI", "54362315K", ".9999999A", spainLetter, func(s string) bool {
		return "TRWAGMYFPDXBNJZSQVHLCKE"[modulo(s[:8], 23)] == s[8]
	}},
	{"Spain social security", "281234567840", "...999999999", on(spainSocialSecurityCheck), func(s string) bool {
		return modulo(s[:10], 97) == modulo(s[10:], 100)
	}},
	{"Ireland PPS", "1234567T", "9999999A", irelandPersonal, func(s string) bool {
		return "WABCDEFGHIJKLMNOPQRSTUV"[remainder(s, "8 7 6 5 4 3 2", 23)] == s[7]
	}},
	{"Finland", "131052-308T", "........99*", on(finlandNationalCheck), func(s string) bool {
		return "0123456789ABCDEFHJKLMNPRSTUVWXY"[modulo(s[:6]+s[7:10], 31)] == s[10]
	}},
	{"Czech birth number", "7103192745", "......9999", on(czechPersonalCheck), func(s string) bool {
		return modulo(s[:9], 11)%10 == modulo(s[9:], 10)
	}},
	{"Romania CNP", "1630615123457", ".........9.99", on(romaniaPersonalCheck), func(s string) bool {
		rest := remainder(s, "2 7 9 1 4 6 3 5 8 2 7 9", 11)
		return rest == 10 && s[12] == '1' || rest == digit(s, 12)
	}},
	{"Argentina CUIT", "20267565393", "..999999999", on(argentinaTaxCheck), func(s string) bool {
		return lacks(remainder(s, "5 4 3 2 7 6 5 4 3 2", 11), 11, "none", "0") == s[10:]
	}},
	{"Korea business", "2208139791", ".....99999", on(koreaBusinessCheck), func(s string) bool {
		sum := digit(s, 8) * 5 / 10
		for i, w := range []int{1, 3, 7, 1, 3, 7, 1, 3, 5} {
			sum += w * digit(s, i)
		}
		return lacks(sum%10, 10, "0", "0") == s[9:]
	}},
	{"Thailand", "1220000000007", "...9999999999", on(thailandIdentityCheck), func(s string) bool {
		return (11-remainder(s, "13 12 11 10 9 8 7 6 5 4 3 2", 11))%10 == digit(s, 12)
	}},
	{"Turkey", "10000000146", ".9999999999", on(turkeyIdentityCheck), func(s string) bool {
		odd, all := 0, 0
		for i := range 10 {
			all += digit(s, i)
			if i%2 == 0 {
				odd += 7 * digit(s, i)
			} else if i < 8 {
				odd -= digit(s, i)
			}
		}
		return (odd%10+10)%10 == digit(s, 9) && all%10 == digit(s, 10)
	}},
	{"Turkey tax", "4540469056", ".999999999", on(turkeyTaxCheck), func(s string) bool {
		sum := 0
		for i := range 9 {
			v := (digit(s, i) + 9 - i) % 10
			p := v * []int{512, 256, 128, 64, 32, 16, 8, 4, 2}[i] % 9
			if v != 0 && p == 0 {
				p = 9
			}
			sum += p
		}
		return lacks(sum%10, 10, "0", "0") == s[9:]
	}},
	{"New Zealand IRD", "136410132", ".99999999", on(newZealandTaxCheck), func(s string) bool {
		check := lacks(remainder(s, "3 2 7 6 5 4 3 2", 11), 11, "again", "0")
		if check == "again" {
			check = lacks(remainder(s, "7 4 3 2 5 2 7 6", 11), 11, "none", "0")
		}
		return check == s[8:]
	}},
	{"UK UTR", "5123456787", "9.99999999", utr, func(s string) bool {
		return "21987654321"[remainder(s[1:], "6 7 8 9 10 5 4 3 2", 11)] == s[0]
	}},
	{"ABA routing", "121042882", ".99999999", aba, func(s string) bool {
		return (3*(digit(s, 0)+digit(s, 3)+digit(s, 6))+7*(digit(s, 1)+digit(s, 4)+digit(s, 7))+digit(s, 2)+digit(s, 5)+digit(s, 8))%10 == 0
	}},
	{"US NPI", "1234567893", ".999999999", npi, func(s string) bool { return slowLuhn("80840" + s) }},
	{"US DEA", "BB1388568", "..9999999", func(b []byte) bool { return deaCheck(string(b)) }, func(s string) bool {
		return (digit(s, 2)+digit(s, 4)+digit(s, 6)+2*(digit(s, 3)+digit(s, 5)+digit(s, 7)))%10 == digit(s, 8)
	}},
	{"ISIN", "US0378331005", "..********.9", func(b []byte) bool { return isinCheck(string(b)) }, func(s string) bool { return slowLuhn(expanded(s)) }},
	{"CUSIP", "38259P508", "...99*999", func(b []byte) bool { return cusipCheck(string(b)) }, func(s string) bool {
		sum := 0
		for i := range 8 {
			v := base36(s[i]) * (1 + i%2)
			sum += v/10 + v%10
		}
		return lacks(sum%10, 10, "0", "0") == s[8:]
	}},
	{"LEI", "5493001KJTIIGC8Y1R12", ".......**********.99", func(b []byte) bool { return leiCheck(string(b)) }, func(s string) bool {
		return modulo(expanded(s), 97) == 1
	}},
	{"VIN", "1M8GDM9AXKP042788", "........*.....999", func(b []byte) bool { return vinDigit(string(b)) }, func(s string) bool {
		sum := 0
		for i, w := range []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2} {
			v := map[byte]int{'A': 1, 'B': 2, 'C': 3, 'D': 4, 'E': 5, 'F': 6, 'G': 7, 'H': 8, 'J': 1, 'K': 2, 'L': 3, 'M': 4, 'N': 5,
				'P': 7, 'R': 9, 'S': 2, 'T': 3, 'U': 4, 'V': 5, 'W': 6, 'X': 7, 'Y': 8, 'Z': 9}[s[i]]
			if s[i] <= '9' {
				v = digit(s, i)
			}
			sum += w * v
		}
		return sum%11 == 10 && s[8] == 'X' || strconv.Itoa(sum%11) == s[8:9]
	}},
	{"Bulgaria", "7523169263", "......9999", on(bulgariaCivilCheck), func(s string) bool {
		return remainder(s, "2 4 8 5 10 9 7 3 6", 11)%10 == digit(s, 9)
	}},
	{"Estonia and Lithuania", "36805280109", ".......9999", on(balticCode), func(s string) bool {
		rest := remainder(s, "1 2 3 4 5 6 7 8 9 1", 11)
		if rest == 10 {
			rest = remainder(s, "3 4 5 6 7 8 9 1 2 3", 11) % 10
		}
		return rest == digit(s, 10)
	}},
	{"Latvia", "16117519997", ".......9999", on(latviaPersonalCheck), func(s string) bool {
		sum := 1
		for i, w := range []int{10, 5, 8, 4, 2, 1, 6, 3, 7, 9} {
			sum += w * digit(s, i)
		}
		return sum%11%10 == digit(s, 10)
	}},
	{"Iceland", "1201743399", "......999.", on(icelandNationalCheck), func(s string) bool {
		return lacks(remainder(s, "3 2 7 6 5 4 3 2", 11), 11, "none", "0") == s[8:9]
	}},
	{"Peru RUC", "20512333797", "..999999999", on(peruTaxCheck), func(s string) bool {
		return (11-remainder(s, "5 4 3 2 7 6 5 4 3 2", 11))%10 == digit(s, 10)
	}},
	{"Colombia NIT", "9003739134", ".999999999", on(colombiaTaxCheck), func(s string) bool {
		rest := remainder(s, "41 37 29 23 19 17 13 7 3", 11)
		return rest < 2 && rest == digit(s, 9) || rest > 1 && 11-rest == digit(s, 9)
	}},
	{"Uruguay", "12345672", ".9999999", on(uruguayIdentityCheck), func(s string) bool {
		return lacks(remainder(s, "2 9 8 7 6 3 4", 10), 10, "0", "0") == s[7:]
	}},
	{"Norway", "01019012561", "......99999", on(norwayNationalCheck), func(s string) bool {
		return lacks(remainder(s, "3 7 6 1 8 9 4 5 2", 11), 11, "none", "0") == s[9:10] &&
			lacks(remainder(s, "5 4 3 2 7 6 5 4 3 2", 11), 11, "none", "0") == s[10:]
	}},
	{"Norway organisation", "988077917", ".99999999", on(norwayOrganisationCheck), func(s string) bool {
		return lacks(remainder(s, "3 2 7 6 5 4 3 2", 11), 11, "none", "0") == s[8:]
	}},
	{"Singapore", "S1234567D", ".9999999A", on(singaporeIdentityCheck), func(s string) bool {
		return "JZIHGFEDCBA"[remainder(s[1:], "2 7 6 5 4 3 2", 11)] == s[8]
	}},
	{"Hong Kong", "A1234563", "A9999999", on(hongKongIdentityCheck), func(s string) bool {
		sum := 9*36 + 8*base36(s[0])
		for i := 1; i < 7; i++ {
			sum += (8 - i) * digit(s, i)
		}
		return lacks(sum%11, 11, "A", "0") == s[7:]
	}},
	{"Taiwan", "A123456789", "A.99999999", func(b []byte) bool { return taiwanDigit(string(b)) }, func(s string) bool {
		first := map[byte]int{'A': 10, 'B': 11, 'C': 12, 'D': 13, 'E': 14, 'F': 15, 'G': 16, 'H': 17, 'I': 34, 'J': 18, 'K': 19, 'L': 20, 'M': 21,
			'N': 22, 'O': 35, 'P': 23, 'Q': 24, 'R': 25, 'S': 26, 'T': 27, 'U': 28, 'V': 29, 'W': 32, 'X': 30, 'Y': 31, 'Z': 33}[s[0]]
		return remainder(strconv.Itoa(first)+s[1:], "1 9 8 7 6 5 4 3 2 1 1", 10) == 0
	}},
	{"Slovenia EMSO", "0101006500006", ".........9999", on(masterCitizen), func(s string) bool {
		return lacks(remainder(s, "7 6 5 4 3 2 7 6 5 4 3 2", 11), 11, "none", "0") == s[12:]
	}},
	{"Hungary", "30102034562", ".......9999", on(hungaryPersonalCheck), func(s string) bool {
		return remainder(s, "10 9 8 7 6 5 4 3 2 1", 11) == digit(s, 10)
	}},
	{"Mexico CURP", "HEGG560427MVZRRL04", "................99", on(mexicoPopulationCheck), func(s string) bool {
		sum := 0
		for i := range 17 {
			v := int(s[i] - '0')
			if s[i] > '9' {
				if v = int(s[i]-'A') + 10; s[i] > 'N' { // the Ñ comes between
					v++
				}
			}
			sum += (18 - i) * v
		}
		return lacks(sum%10, 10, "0", "0") == s[17:]
	}},
	{"Italy fiscal code", "RSSMRA85T10A562S", "AAAAAA......999A", func(b []byte) bool { return fiscalCode(string(b)) }, func(s string) bool {
		sum := 0
		for i := range 15 {
			v := digit(s, i)
			if s[i] > '9' {
				v = int(s[i] - 'A')
			}
			if i%2 == 0 {
				v = []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}[v]
			}
			sum += v
		}
		return byte('A'+sum%26) == s[15]
	}},
	{"India GSTIN", "27AAPFU0939F1ZV", "..AAA.A9999A..*", func(b []byte) bool { return gstin(string(b)) }, func(s string) bool {
		sum := 0
		for i := range 14 {
			p := base36(s[i]) * (1 + i%2)
			sum += p/36 + p%36
		}
		return (36-sum%36)%36 == base36(s[14])
	}},
	{"Switzerland UID", "CHE116696169", "...999999999", on(switzerlandBusinessCheck), func(s string) bool {
		return lacks(remainder(s[3:], "5 4 3 2 7 6 5 4", 11), 11, "none", "0") == s[11:]
	}},
	{"Ecuador", "1714307103", "...9999999", on(ecuadorIdentityCheck), slowLuhn},
	{"Kazakhstan", "900101350122", ".......99999", on(kazakhstanIdentityCheck), func(s string) bool {
		rest := remainder(s, "1 2 3 4 5 6 7 8 9 10 11", 11)
		if rest == 10 {
			rest = remainder(s, "3 4 5 6 7 8 9 10 11 1 2", 11)
		}
		return rest == digit(s, 11) && rest < 10
	}},
}

// another returns a number laid out as d.valid: one at random, or with few mistakes.
func (d *fields) another(r *rand.Rand) []byte {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	b := []byte(d.valid)
	few := r.IntN(2) == 0
	for i := range b {
		if few && r.IntN(len(b)) > 0 {
			continue
		}
		switch d.vary[i] {
		case '9':
			b[i] = '0' + byte(r.IntN(10))
		case 'A':
			b[i] = letters[r.IntN(26)]
		case '*':
			b[i] = ("0123456789" + letters)[r.IntN(36)]
		}
	}
	return b
}

func TestNumbersWithFieldsAgreeWithTheirDefinitions(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, d := range laid {
		if !d.check([]byte(d.valid)) {
			t.Errorf("%s of %s is not valid", d.name, d.valid)
		}
		valid := 0
		for range 5_000 {
			b := d.another(r)
			got, want := d.check(b), d.defined(string(b))
			if got != want {
				t.Errorf("%s of %s: %v, by definition %v", d.name, b, got, want)
				break
			}
			if got && string(b) != d.valid {
				valid++
			}
		}
		if valid == 0 {
			t.Errorf("%s: none of 5,000 numbers is valid", d.name)
		}
	}
}
