package types

// luhn reports whether the last digit is the check digit of ISO/IEC 7812-1
// annex B: every second digit from the right is doubled, its digits are summed.
func luhn(digits []byte) bool {
	sum := 0
	for i, c := range digits {
		d := int(c - '0')
		if (len(digits)-i)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// weighted returns the sum of digits times weights, over the shorter of the two.
func weighted(digits []byte, weights ...int) int {
	sum := 0
	for i, w := range weights[:min(len(weights), len(digits))] {
		sum += w * int(digits[i]-'0')
	}
	return sum
}

// verhoeff reports whether the last digit is Verhoeff's check digit (J. Verhoeff,
// Error Detecting Decimal Codes, 1969): a walk through the dihedral group D5.
func verhoeff(digits []byte) bool {
	c := byte(0)
	for i := range digits {
		c = dihedral[c][permuted[i%8][digits[len(digits)-1-i]-'0']]
	}
	return c == 0
}

// dihedral is the multiplication table of D5: rotations 0-4, reflections 5-9.
var dihedral = [10][10]byte{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
	{1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
	{2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
	{3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
	{4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
	{5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
	{6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
	{7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
	{8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
	{9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
}

// permuted is Verhoeff's permutation, applied zero to seven times.
var permuted = [8][10]byte{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
	{1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
	{5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
	{8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
	{9, 4, 5, 3, 1, 2, 6, 8, 7, 0},
	{4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
	{2, 7, 9, 3, 8, 0, 6, 4, 1, 5},
	{7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
}

// mod97 returns what is left of s modulo 97, reading letters as 10 to 35, as
// ISO 7064 and ISO 13616 do. Anything else in s is skipped.
func mod97[S string | []byte](r int, s S) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			r = (r*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			r = (r*100 + int(c-'A') + 10) % 97
		}
	}
	return r
}

// uniform reports whether all digits are the same: a placeholder, and no number.
func uniform(digits []byte) bool {
	for _, c := range digits {
		if c != digits[0] {
			return false
		}
	}
	return true
}

// number reads digits, at most 18 of them.
func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return n
}
