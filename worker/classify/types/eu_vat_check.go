package types

import "strings"

// The checks of VAT identification numbers see what stands behind the prefix,
// already in one of the country's forms.

// austriaVAT: digits at even places doubled and summed digit by digit, plus 4.
func austriaVAT(m []byte) bool {
	sum := 4
	for i := 1; i < 9; i++ {
		d := int(m[i] - '0')
		if i%2 == 0 && i < 8 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

// belgiumVAT: the last two digits are 97 less the others modulo 97.
func belgiumVAT(m []byte) bool {
	n := number(m)
	return m[0] <= '1' && n/100 > 0 && 97-n/100%97 == n%100
}

// bulgariaVAT is the EIK of the Bulstat register: weights 1 to 8 modulo 11, and
// 3 to 10 where that leaves 10.
func bulgariaVAT(m []byte) bool {
	r := weighted(m, 1, 2, 3, 4, 5, 6, 7, 8) % 11
	if r == 10 {
		r = weighted(m, 3, 4, 5, 6, 7, 8, 9, 10) % 11 % 10
	}
	return r == int(m[8]-'0') && !uniform(m)
}

// cyprusTax: digits at odd places are replaced by a table, and the sum modulo 26
// is the letter.
func cyprusTax(m []byte) bool {
	sum := 0
	for i := range 8 {
		d := int(m[i] - '0')
		if i%2 == 0 {
			d = [10]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21}[d]
		}
		sum += d
	}
	return upper(m[8]) == 'A'+byte(sum%26) && string(m[:2]) != "12"
}

// czechVAT is the identification number of a legal person: weights 8 to 2.
func czechVAT(m []byte) bool {
	return m[0] != '9' && (11-weighted(m, 8, 7, 6, 5, 4, 3, 2)%11)%10 == int(m[7]-'0')
}

func germanyVAT(m []byte) bool { return m[0] != '0' && mod1110(m) }

// denmarkVAT is the CVR number: weights 2, 7 to 1 modulo 11.
func denmarkVAT(m []byte) bool {
	return m[0] != '0' && weighted(m, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

func estoniaVAT(m []byte) bool {
	return m[0] != '0' && weighted(m, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0
}

// greeceVAT is the AFM: weights 256 to 2 modulo 11.
func greeceVAT(m []byte) bool {
	return weighted(m, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == int(m[8]-'0') && !uniform(m)
}

// spainVAT is the NIF of a company, a foreigner or a citizen.
func spainVAT(m []byte) bool {
	return spainCompany(m) || spainLetter(m)
}

// finlandVAT is the business ID: weights 7, 9, 10, 5, 8, 4, 2 modulo 11.
func finlandVAT(m []byte) bool {
	return weighted(m, 7, 9, 10, 5, 8, 4, 2, 1)%11 == 0 && !uniform(m)
}

// franceVAT is the SIREN, which has a Luhn digit, behind a key modulo 97.
func franceVAT(m []byte) bool {
	siren := m[2:]
	return luhn(siren) && !uniform(siren) && (12+3*(number(siren)%97))%97 == number(m[:2])
}

// hungaryVAT is the first part of the adószám: weights 9, 7, 3, 1 modulo 10.
func hungaryVAT(m []byte) bool {
	return weighted(m, 9, 7, 3, 1, 9, 7, 3, 1)%10 == 0 && !uniform(m)
}

// lithuaniaVAT: weights counting from 1, and from 3 where 10 is left; the last
// but one digit is 1.
func lithuaniaVAT(m []byte) bool {
	n := len(m) - 1
	sum := func(from int) int {
		s := 0
		for i := range n {
			s += ((from+i-1)%9 + 1) * int(m[i]-'0')
		}
		return s % 11
	}
	r := sum(1)
	if r == 10 {
		r = sum(3) % 10
	}
	return m[n-1] == '1' && r == int(m[n]-'0')
}

func luxembourgVAT(m []byte) bool {
	n := number(m)
	return n/100 > 0 && n/100%89 == n%100
}

// latviaVAT is that of legal persons, which begins with 4 to 9.
func latviaVAT(m []byte) bool {
	return m[0] > '3' && weighted(m, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)%11 == 3
}

func maltaVAT(m []byte) bool {
	return number(m[:6]) > 0 && 37-weighted(m, 3, 4, 6, 7, 8, 9)%37 == number(m[6:])
}

// netherlandsVAT has the check digit of a BSN, or, since 2020 for those who
// trade alone, ISO/IEC 7064 MOD 97-10 over everything with the prefix.
func netherlandsVAT(m []byte) bool {
	d := m[:9]
	return string(m[10:]) != "00" && (elevenTest(d) || mod97(mod97(0, "NL"), strings.ToUpper(string(m))) == 1)
}

// romaniaVAT is the CUI: weights 7, 5, 3, 2, 1 twice over nine digits.
func romaniaVAT(m []byte) bool {
	d := append([]byte("0000000000"[len(m):]), m...)
	return m[0] != '0' && weighted(d, 7, 5, 3, 2, 1, 7, 5, 3, 2)*10%11%10 == int(d[9]-'0')
}

// slovakiaVAT is divisible by 11; its third digit is 2, 3, 4, 7, 8 or 9.
func slovakiaVAT(m []byte) bool {
	return m[0] != '0' && strings.IndexByte("234789", m[2]) >= 0 && number(m)%11 == 0
}
