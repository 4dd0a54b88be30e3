package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

const (
	capitals  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	smalls    = "abcdefghijklmnopqrstuvwxyz"
	decimals  = "0123456789"
	hexDigits = decimals + "abcdefABCDEF"
)

// code is the shape of a word written as one of forms, see formed. Those that
// begin with a letter are looked for in capitals only.
func code(forms ...string) classify.Word {
	class := func(b byte) string {
		switch b {
		case '9':
			return decimals
		case 'A':
			return capitals
		case '*':
			return decimals + capitals
		}
		return string(b)
	}
	w := classify.Word{Before: 4, After: reach, Forms: forms}
	for _, f := range forms {
		if w.Min == 0 || len(f) < w.Min {
			w.Min = len(f)
		}
		w.Max = max(w.Max, len(f))
		w.Starts = append(w.Starts, pairs(class(f[0]), class(f[1]))...)
	}
	return w
}

// small is w for those who type their number in small letters too.
func small(w classify.Word) classify.Word {
	w.Small = true
	return w
}

// reach is how far behind the start of a code its check can see.
const reach = 32

// pairs returns the strings of one byte of first and one of second.
func pairs(first, second string) []string {
	var all []string
	for _, a := range []byte(first) {
		for _, b := range []byte(second) {
			all = append(all, string([]byte{a, b}))
		}
	}
	return all
}

// lasts returns the last two bytes of each of names.
func lasts(names ...string) []string {
	var all []string
	for _, n := range names {
		all = append(all, n[len(n)-2:])
	}
	return all
}

// formed reports whether s is written as form, in which '9' stands for a digit,
// 'A' for a letter, '*' for either, and anything else for itself.
func formed(s, form string) bool {
	if len(s) != len(form) {
		return false
	}
	for i := range len(s) {
		b := s[i]
		isDigit, isLetter := b >= '0' && b <= '9', b|0x20 >= 'a' && b|0x20 <= 'z'
		switch form[i] {
		case '9':
			if !isDigit {
				return false
			}
		case 'A':
			if !isLetter {
				return false
			}
		case '*':
			if !isDigit && !isLetter {
				return false
			}
		default:
			if b != form[i] {
				return false
			}
		}
	}
	return true
}

// written is the Check of numbers that have a form and nothing else to check. A
// form that leaves it open which characters are letters would take any word of
// its length, names of variables first: there must be a digit, and no small letter.
func written(forms ...string) func(*classify.Candidate) bool {
	return func(c *classify.Candidate) bool {
		m := c.Match()
		for _, f := range forms {
			if formed(m, f) && (!strings.Contains(f, "*") || strings.ContainsAny(m, decimals) && strings.Trim(m, decimals+capitals) == "") {
				return true
			}
		}
		return false
	}
}

// upper returns the capital of a letter, and other bytes as they are.
func upper(b byte) byte {
	if b >= 'a' && b <= 'z' {
		return b - 'a' + 'A'
	}
	return b
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b - 'A' + 'a'
	}
	return b
}

// takeLetter extends c by the letter behind it, which one of seps may precede,
// and returns it as a capital. It returns 0 if no word ends in such a letter.
func takeLetter(c *classify.Candidate, seps string) byte {
	i := c.End
	if i < len(c.Text) && strings.IndexByte(seps, c.Text[i]) >= 0 {
		i++
	}
	if i == len(c.Text) || i+1 < len(c.Text) && wordByte(c.Text[i+1]) {
		return 0
	}
	b := upper(c.Text[i])
	if b < 'A' || b > 'Z' {
		return 0
	}
	c.End = i + 1
	return b
}

// takePrefix extends c by prefix, in either case, if it stands before it with
// at most a space or a hyphen between.
func takePrefix(c *classify.Candidate, prefix string) bool {
	i := c.Start
	if i > 0 && (c.Text[i-1] == ' ' || c.Text[i-1] == '-') {
		i--
	}
	i -= len(prefix)
	if i < 0 || !strings.EqualFold(c.Text[i:i+len(prefix)], prefix) || i > 0 && wordByte(c.Text[i-1]) {
		return false
	}
	c.Start = i
	return true
}

// calendar reports whether there is such a day.
func calendar(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	last := 31
	switch month {
	case 4, 6, 9, 11:
		last = 30
	case 2:
		last = 28
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			last = 29
		}
	}
	return day <= last
}

// birthday reports whether the six digits are a day of a year whose century is
// not known, in the order year, month, day.
func birthday(d []byte) bool {
	return calendar(2000+number(d[:2]), number(d[2:4]), number(d[4:6]))
}

// mod1110 reports whether the last digit is the check digit of ISO/IEC 7064
// MOD 11,10.
func mod1110(digits []byte) bool {
	p := 10
	for _, c := range digits[:len(digits)-1] {
		if p = (p + int(c-'0')) % 10; p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return (p+int(digits[len(digits)-1]-'0'))%10 == 1
}

// mrzDigit is the check digit of ICAO Doc 9303 part 3, 4.9: digits and letters,
// which count from A for 10, weigh 7, 3, 1 in turn; the filler '<' counts nothing.
func mrzDigit(s string) byte {
	sum := 0
	for i := range len(s) {
		v := 0
		switch {
		case s[i] <= '9':
			v = int(s[i] - '0')
		case s[i] != '<':
			v = int(upper(s[i])-'A') + 10
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return '0' + byte(sum%10)
}
