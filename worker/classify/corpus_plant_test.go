package classify_test

import (
	"fmt"
	"math/big"
	"strings"
)

// A plant is how to make values of a type by its published rule: the form as a
// template, and the rule itself, written down here a second time. No rule means
// that the form is all there is.
type plant struct {
	typ, form string
	valid     func(s string, d []int) bool // s is the value and d its digits
}

// make draws from the form until the rule holds.
func (p plant) make(w *writer) string {
	for {
		w.out.Reset()
		w.expand(p.form)
		if s := w.out.String(); p.holds(s) {
			return s
		}
	}
}

// sample is one such value.
func (p plant) sample() string { return p.make(newWriter(0)) }

func (p plant) holds(s string) bool { return p.valid == nil || p.valid(s, digitsOf(s)) }

func digitsOf(s string) []int {
	var d []int
	for _, c := range s {
		if c >= '0' && c <= '9' {
			d = append(d, int(c-'0'))
		}
	}
	return d
}

// dot is the sum of digits times weights.
func dot(d []int, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += d[i] * w
	}
	return sum
}

// luhnSum is what ISO/IEC 7812-1 wants to be a multiple of ten.
func luhnSum(d []int) int {
	sum := 0
	for i := range d {
		v := d[len(d)-1-i]
		sum += v + i%2*(v-v/5*9)
	}
	return sum
}

func luhns(_ string, d []int) bool { return luhnSum(d)%10 == 0 }

// ninetySeven is s modulo 97 with letters read as 10 to 35.
func ninetySeven(s string) int64 {
	var b strings.Builder
	for _, c := range strings.ToUpper(s) {
		if c >= 'A' && c <= 'Z' {
			fmt.Fprint(&b, int(c-'A')+10)
		} else if c >= '0' && c <= '9' {
			b.WriteRune(c)
		}
	}
	n, _ := new(big.Int).SetString(b.String(), 10)
	return n.Mod(n, big.NewInt(97)).Int64()
}

// mod1110 is ISO 7064's MOD 11,10 over all digits, 1 for a valid number.
func mod1110(d []int) int {
	p := 10
	for _, v := range d[:len(d)-1] {
		if p = (p + v) % 10; p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return (p + d[len(d)-1]) % 10
}

// letterAt says whether the letter of s at i is that of letters at n.
func letterAt(s string, i int, letters string, n int) bool { return s[i] == letters[n%len(letters)] }

// plants are values of many types. Their rules are those that each type's own
// documentation names.
var plants = []plant{
	{"Credit Card Number", "4{d:3} {d:4} {d:4} {d:4}", luhns},
	{"Credit Card Number", "54{d:14}", luhns},
	{"Credit Card Number", "37{d:2}-{d:6}-{d:5}", luhns},
	{"International Banking Account Number (IBAN)", "DE{d:2} {d:4} {d:4} {d:4} {d:4} {d:2}", func(s string, _ []int) bool { return s[2:4] > "01" && s[2:4] < "99" && ninetySeven(s[4:]+s[:4]) == 1 }},
	{"International Banking Account Number (IBAN)", "GB{d:2}{A:4}{d:14}", func(s string, _ []int) bool { return s[2:4] > "01" && s[2:4] < "99" && ninetySeven(s[4:]+s[:4]) == 1 }},
	{"ABA Routing Number", "0{N:1}{d:7}", func(_ string, d []int) bool { return dot(d, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 }},
	{"U.S. Social Security Number (SSN)", "{N:3}-{d:2}-{d:4}", func(_ string, d []int) bool {
		return d[0] < 7 && (d[0] != 6 || d[1] != 6 || d[2] != 6) && d[3]+d[4] > 0 && d[5]+d[6]+d[7]+d[8] > 0
	}},
	{"U.S. Individual Taxpayer Identification Number (ITIN)", "9{d:2}-7{d:1}-{d:4}", func(_ string, d []int) bool {
		group := 10*d[3] + d[4]
		return group >= 50 && group <= 65 || group >= 70 && group <= 88 || group >= 90 && group != 93
	}},
	{"U.S. National Provider Identifier (NPI)", "1{d:9}", func(_ string, d []int) bool { return (luhnSum(d)+24)%10 == 0 }},
	{"Drug Enforcement Agency (DEA) Number", "B{A:1}{d:7}", func(_ string, d []int) bool { return dot(d, 1, 2, 1, 2, 1, 2)%10 == d[6] }},
	{"International Mobile Equipment Identity (IMEI)", "35{d:13}", luhns},
	{"International Securities Identification Number (ISIN)", "US{N:9}{d:1}", func(_ string, d []int) bool { return luhns("", append([]int{3, 0, 2, 8}, d...)) }},
	{"Legal Entity Identifier (LEI)", "5493{AN:14}{d:2}", func(s string, _ []int) bool { return s[18:] > "01" && s[18:] < "99" && ninetySeven(s) == 1 }},
	{"U.K. National Health Service Number", "{N:3} {d:3} {d:4}", func(_ string, d []int) bool { return (dot(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)+d[9])%11 == 0 }},
	{"U.K. Unique Taxpayer Reference Number", "{d:5} {d:5}", func(_ string, d []int) bool {
		return int("21987654321"[dot(d[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)%11]-'0') == d[0]
	}},
	{"U.K. National Insurance Number (NINO)", "JW {d:2} {d:2} {d:2} A", nil},
	{"Canada Social Insurance Number", "4{d:2}-{d:3}-{d:3}", luhns},
	{"Australia Tax File Number", "{N:3} {d:3} {d:3}", func(_ string, d []int) bool { return dot(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 }},
	{"Australia Business Number", "{N:2} {d:3} {d:3} {d:3}", func(_ string, d []int) bool { return (dot(d, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0 }},
	{"Australia Company Number", "{d:3} {d:3} {d:3}", func(_ string, d []int) bool { return (dot(d, 8, 7, 6, 5, 4, 3, 2, 1)+d[8])%10 == 0 }},
	{"India Permanent Account Number (PAN)", "{A:3}P{A:1}{N:4}{A:1}", nil},
	{"Brazil CPF Number", "{N:3}.{d:3}.{d:3}-{d:2}", func(_ string, d []int) bool {
		return dot(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)*10%11%10 == d[9] && dot(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)*10%11%10 == d[10]
	}},
	{"Poland National ID (PESEL)", "{d:2}0{N:1}1{d:1}{d:5}", func(_ string, d []int) bool { return dot(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0 }},
	{"Poland Tax Identification Number (NIP)", "{N:1}{N:1}{N:1}-{d:3}-{d:2}-{d:2}", func(_ string, d []int) bool { return dot(d, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == d[9] }},
	{"Germany Tax Identification Number", "{N:2} {d:3} {d:3} {d:3}", func(_ string, d []int) bool {
		var seen [10]int
		twice := 0
		for _, v := range d[:10] {
			if seen[v]++; seen[v] == 2 {
				twice++
			} else if seen[v] > 2 {
				return false
			}
		}
		return twice == 1 && mod1110(d) == 1
	}},
	{"Croatia Personal Identification (OIB) Number", "{N:11}", func(_ string, d []int) bool { return mod1110(d) == 1 }},
	{"France Social Security Number (INSEE)", "1 {d:2} 0{N:1} 75 {d:3} {d:3} {d:2}", func(s string, _ []int) bool {
		d := strings.ReplaceAll(s, " ", "")
		var n, key int64
		fmt.Sscan(d[:13], &n)
		fmt.Sscanf(d[13:], "%d", &key)
		return d[7:10] != "000" && d[10:13] != "000" && 97-n%97 == key
	}},
	{"Spain DNI", "{N:8}{A:1}", func(s string, d []int) bool {
		return letterAt(s, 8, "TRWAGMYFPDXBNJZSQVHLCKE", dot(d, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1))
	}},
	{"Netherlands Citizen's Service (BSN) Number", "{N:9}", func(_ string, d []int) bool { return dot(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 }},
	{"Switzerland SSN AHV Number", "756.{d:4}.{d:4}.{d:2}", func(_ string, d []int) bool { return dot(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0 }},
	{"Sweden National ID", "{d:2}0{N:1}1{d:1}-{d:4}", luhns},
	{"Finland National ID", "1{d:1}0{N:1}{d:2}-{N:3}{AN:1}", func(s string, d []int) bool {
		return letterAt(s, 10, "0123456789ABCDEFHJKLMNPRSTUVWXY", dot(d, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1))
	}},
	{"Norway Identification Number", "1{d:1}0{N:1}{d:2}{d:5}", func(_ string, d []int) bool {
		return dot(d, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && dot(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
	}},
	{"Italy Value Added Tax Number", "0{d:6}0{N:2}{d:1}", luhns},
	{"Bulgaria Uniform Civil Number", "{d:2}0{N:1}1{d:1}{d:4}", func(_ string, d []int) bool { return dot(d, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == d[9] }},
	{"Czech Personal Identity Number", "7{d:1}0{N:1}1{d:1}/{d:4}", func(_ string, d []int) bool {
		rest := (dot(d, 1, -1, 1, -1, 1, -1, 1, -1, 1) + 99) % 11
		return rest == d[9] || rest == 10 && d[9] == 0 && d[0]*10+d[1] >= 54 && d[0]*10+d[1] < 86
	}},
	{"Turkey National Identification Number", "{N:11}", func(_ string, d []int) bool {
		return (dot(d, 7, -1, 7, -1, 7, -1, 7, -1, 7)+100)%10 == d[9] && dot(d, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)%10 == d[10]
	}},
	{"Thai Population Identification Code", "310{d:10}", func(_ string, d []int) bool {
		return (11-dot(d, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%10 == d[12]
	}},
	{"China Resident Identity Card (PRC) Number", "11010119{d:2}0{N:1}1{d:1}{d:4}", func(_ string, d []int) bool {
		return dot(d, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)%11 == 1
	}},
	{"South Africa Identification Number", "{d:2}0{N:1}1{d:1}{d:4}0{d:2}", luhns},
	{"Israel National Identification Number", "{N:9}", luhns},
	{"Argentina Unique Tax Identification Key (CUIT/CUIL)", "20-{N:8}-{d:1}", func(_ string, d []int) bool { return dot(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }},
	{"Chile Identity Card Number (RUT)", "1{d:1}.{d:3}.{d:3}-{d:1}", func(_ string, d []int) bool { return dot(d, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }},
	{"E-mail Address", "{a:6}.{a:5}@{a:8}.org", nil},
	{"IP Address v4", "10.{n:255}.{n:255}.{n:254}", nil},
	{"MAC Address", "02:{hex:2}:{hex:2}:{hex:2}:{hex:2}:{hex:2}", nil},
	{"Phone Number", "+49 30 {N:7}", nil},
	{"AWS Access Key ID", "AKIA{A:8}{AN:8}", func(s string, _ []int) bool { return !strings.ContainsAny(s[4:], "0189") }},
}
