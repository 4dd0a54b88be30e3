package types

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/classify"
)

// Second implementations, written from the definitions rather than for speed.

// slowLuhn doubles every second digit from the right and adds up the digits of what results.
func slowLuhn(s string) bool {
	sum, factor := 0, 1
	for i := len(s) - 1; i >= 0; i-- {
		for _, c := range fmt.Sprint(factor * int(s[i]-'0')) {
			sum += int(c - '0')
		}
		factor = 3 - factor
	}
	return sum%10 == 0
}

// slowVerhoeff multiplies in D5, the symmetries of a pentagon: k < 5 turns it k
// times, k >= 5 turns it k-5 times after a reflection.
func slowVerhoeff(s string) bool {
	times := func(a, b int) int {
		switch {
		case a < 5 && b < 5:
			return (a + b) % 5
		case a < 5:
			return (a+b-5)%5 + 5
		case b < 5:
			return (a-5-b+5)%5 + 5
		}
		return (a - b + 5) % 5
	}
	power := []int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	product := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		for range i {
			d = power[d]
		}
		product = times(product, d)
	}
	return product == 0
}

// slowIBAN moves the first four characters to the end, writes letters as
// numbers and divides the whole, as ISO 13616 words it.
func slowIBAN(s string) bool {
	var b strings.Builder
	for _, c := range s[4:] + s[:4] {
		if c >= 'A' {
			fmt.Fprint(&b, int(c-'A')+10)
		} else {
			b.WriteRune(c)
		}
	}
	n, ok := new(big.Int).SetString(b.String(), 10)
	return ok && new(big.Int).Mod(n, big.NewInt(97)).Int64() == 1
}

// slowNHS weights digits 10 to 2 and subtracts the remainder from 11, as the
// NHS Data Dictionary words it: 11 is 0, and 10 is no number.
func slowNHS(s string) bool {
	sum := 0
	for i := range 9 {
		sum += (10 - i) * int(s[i]-'0')
	}
	check := 11 - sum%11
	if check == 11 {
		check = 0
	}
	return check != 10 && check == int(s[9]-'0')
}

// slowCPF takes what 11 lacks to the weighted sum, 0 for less than 2 left over.
func slowCPF(s string) bool {
	digit := func(s string) byte {
		sum := 0
		for i := range len(s) {
			sum += (len(s) + 1 - i) * int(s[i]-'0')
		}
		if sum%11 < 2 {
			return '0'
		}
		return '0' + byte(11-sum%11)
	}
	return s[9] == digit(s[:9]) && s[10] == digit(s[:10])
}

func candidate(s string) *classify.Candidate {
	return &classify.Candidate{Text: s, End: len(s), Digits: []byte(s)}
}

var checks = []struct {
	name       string
	length     int
	fast, slow func(string) bool
}{
	{"Luhn", 16, func(s string) bool { return luhn([]byte(s)) }, slowLuhn},
	{"Luhn odd", 15, func(s string) bool { return luhn([]byte(s)) }, slowLuhn},
	{"Verhoeff", 12, func(s string) bool { return verhoeff([]byte(s)) }, slowVerhoeff},
	{"NHS", 10, func(s string) bool { return nhsCheck(candidate(s)) }, func(s string) bool { return slowNHS(s) && !uniform([]byte(s)) }},
	{"CPF", 11, func(s string) bool { return cpfCheck(candidate(s)) }, func(s string) bool { return slowCPF(s) && !uniform([]byte(s)) }},
}

func TestCheckDigitsAgreeWithTheirDefinitions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range checks {
		valid := 0
		for range 20_000 {
			b := make([]byte, c.length)
			for i := range b {
				b[i] = '0' + byte(r.IntN(10))
			}
			s := string(b)
			fast, slow := c.fast(s), c.slow(s)
			if fast != slow {
				t.Fatalf("%s of %s: %v, by definition %v", c.name, s, fast, slow)
			}
			if fast {
				valid++
			}
		}
		if valid == 0 || valid > 20_000/9 {
			t.Errorf("%s: %d of 20,000 random numbers are valid", c.name, valid)
		}
	}
}

// TestCheckDigitsCatchEverySingleMistake changes each digit of valid numbers.
func TestCheckDigitsCatchEverySingleMistake(t *testing.T) {
	for i, s := range []string{"4111111111111111", "378282246310005", "234123412346", "9434765919", "52998224725"} {
		if !checks[i].fast(s) {
			t.Fatalf("%s of %s is not valid", checks[i].name, s)
		}
		for k := range len(s) {
			for d := byte('0'); d <= '9'; d++ {
				if b := []byte(s); d != s[k] {
					if b[k] = d; checks[i].fast(string(b)) {
						t.Errorf("%s of %s with another digit at %d is valid", checks[i].name, s, k)
					}
				}
			}
		}
	}
}

// TestEveryCountryHasAnIBAN makes an account number of each structure.
func TestEveryCountryHasAnIBAN(t *testing.T) {
	e, err := classify.New([]*classify.Type{iban()})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for country, structure := range bbans {
		var b []byte
		for n, i := 0, 0; i < len(structure); i++ {
			if k := structure[i]; k <= '9' {
				n = n*10 + int(k-'0')
				continue
			}
			for ; n > 0; n-- {
				alphabet := map[byte]string{'n': "0123456789", 'a': "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 'c': "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}[structure[i]]
				b = append(b, alphabet[r.IntN(len(alphabet))])
			}
		}
		number := ""
		for check := 2; check <= 98; check++ {
			if s := fmt.Sprintf("%s%02d%s", country, check, b); slowIBAN(s) {
				number = s
			}
		}
		for sep, want := range map[string]int{"": 1, " ": 1, "-": 1, "--": 0} {
			var groups []string
			for group := range slices.Chunk([]byte(number), 4) {
				groups = append(groups, string(group))
			}
			printed := strings.Join(groups, sep)
			if got := len(scan(t, e, "to "+printed+".", classify.Options{})); got != want {
				t.Errorf("%q: found %d, want %d", printed, got, want)
			}
		}
		wrong := []byte(number)
		wrong[2] = '0' + (wrong[2]-'0'+1)%10
		if got := scan(t, e, string(wrong), classify.Options{}); len(got) > 0 {
			t.Errorf("%q was found", wrong)
		}
	}
}

// FuzzCheckDigits compares the check digits with their definitions.
func FuzzCheckDigits(f *testing.F) {
	f.Add(uint64(4111111111111111))
	f.Fuzz(func(t *testing.T, n uint64) {
		for _, c := range checks {
			s := fmt.Sprintf("%020d", n)
			s = s[len(s)-c.length:]
			if fast, slow := c.fast(s), c.slow(s); fast != slow {
				t.Errorf("%s of %s: %v, by definition %v", c.name, s, fast, slow)
			}
		}
		r := rand.New(rand.NewPCG(n, 0))
		for _, d := range laid {
			b := d.another(r)
			if got, want := d.check(b), d.defined(string(b)); got != want {
				t.Errorf("%s of %s: %v, by definition %v", d.name, b, got, want)
			}
		}
	})
}

func TestMisreadIBANIsTheSameOne(t *testing.T) {
	e, err := classify.New([]*classify.Type{iban()})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, text string
		want       string
	}{
		{"letters for zero and one", "DE75512108001245126199 DE755l2I08OO12451261o9 DE755I2IO8OO1245126I99", "DE75512108001245126199 DE755I2IO8OO1245126I99"},
		{"among the check digits", "MT3l MALT 0110 0000 0000 0000 0000 123", "MT3l MALT 0110 0000 0000 0000 0000 123"},
		{"in groups", "GB82-WEST-I234-5698-7654-32", "GB82-WEST-I234-5698-7654-32"},
		{"a digit for a letter", "GB82 W3ST 1234 5698 7654 32", ""},
		{"a letter where both may stand", "MT31 MALT 0110 0000 0000 0000 0000 l23", ""},
		{"other letters", "DE7551210800124512GI99 DE7SS121080012451261B9", ""},
		{"more letters than digits", "NO" + "OOOOOOOOIOlOO", ""},
	} {
		var got []string
		res, err := e.Scan(t.Context(), tt.text, classify.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range res.Findings {
			if f.UniqueCount != 1 {
				t.Errorf("%s: Scan(%q) counts %d, want 1", tt.name, tt.text, f.UniqueCount)
			}
			for _, m := range f.Matches {
				got = append(got, m.Text)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: Scan(%q) found %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}
