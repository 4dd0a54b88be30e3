package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Look-alikes: the Cyrillic and Greek letters that Unicode Technical Standard
// #39 (confusables.txt) gives the shape of one Latin letter, as far as common
// fonts leave no difference. They come into numbers and words by keyboards
// that were not switched, by character recognition, and by those who hide.
//
// A word is read as Latin if it has a Latin letter, and no letter that is
// neither Latin nor in the table. A word without Latin letters may be Cyrillic
// or Greek, as the series of a Ukrainian passport is, and is left alone but for
// two kinds that are nothing else: the first group of an IBAN, or all of one,
// with its two letters and two digits; and a number of three digits or more
// with some letters that look like digits, of which there are fewer.
//
// ASCII letters are never taken for digits here, nor digits for letters: "O"
// and "0", "l" and "1" stand for themselves in every identifier that has both,
// and whole words of them are English. A type whose structure says which is
// which may know better: that of the IBAN does.
var lookalikes = func() (t [0x0520 - 0x0370]lookalike) {
	for pair := range strings.FieldsSeq("АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS ҮY ӀI ԌG ԚQ ԜW З3 " +
		"аa еe оo рp сc уy хx іi јj ѕs һh ӏl ԁd ԛq ԝw үy " +
		"ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ϳj ϲc αa ιi νv οo ρp υu") {
		r, n := utf8.DecodeRuneInString(pair)
		t[r-0x0370].letter = pair[n]
	}
	for pair := range strings.FieldsSeq("О0 о0 Ο0 ο0 З3 І1 Ӏ1 Ι1") {
		r, n := utf8.DecodeRuneInString(pair)
		t[r-0x0370].digit = pair[n]
	}
	return t
}()

// A lookalike is what a letter looks like: an ASCII letter, and maybe a digit.
type lookalike struct{ letter, digit byte }

// A verdict says what to read the look-alikes of a word as.
type verdict int

const (
	asIs verdict = iota
	asLetters
	asDigits
)

// maxWord is how many characters of a word are looked at to tell what it is.
const maxWord = 64

// latin is what the look-alike r at orig[i:] is read as.
func (w *folder) latin(i int, r rune) string {
	if i >= w.word.end {
		w.word.taken, w.word.end = w.judge(i)
	}
	l := lookalikes[r-0x0370]
	switch w.word.taken {
	case asLetters:
		return string(rune(l.letter))
	case asDigits:
		return string(rune(l.digit))
	}
	return string(r)
}

// judge says what to read the look-alikes of the word around i as, the first
// of which is at i, and where what was looked at of the word ends.
func (f *folded) judge(i int) (verdict, int) {
	s, start := f.orig, i
	for range maxWord {
		r, n := utf8.DecodeLastRuneInString(s[:start])
		if n == 0 || !plain(r) && !without(r) {
			if unicode.IsLetter(r) {
				return asIs, i + 1
			}
			break
		}
		start -= n
		f.looked += n
	}
	var buf [2 * maxWord]byte
	form := buf[:0] // a for a look-alike, 0 for a digit
	var latin, digits, letters, numeric int
	end := start
	for n := 0; n < 2*maxWord && end < len(s); n++ {
		r, size := utf8.DecodeRuneInString(s[end:])
		how := int(r)
		if r >= utf8.RuneSelf {
			how = read(r)
		}
		switch {
		case how == alike:
			letters++
			if lookalikes[r-0x0370].digit != 0 {
				numeric++
			}
			form = append(form, 'a')
		case how == removed:
		case how >= 0 && isDigit(byte(how)):
			digits++
			form = append(form, '0')
		case how >= 0 && alnum(byte(how)):
			latin++
		case how == joining, unicode.IsLetter(r):
			return asIs, end + size
		default:
			n = 2 * maxWord
			continue
		}
		end += size
		f.looked += size
	}
	switch {
	case latin > 0:
		return asLetters, end
	case letters == numeric && digits >= 3 && letters < digits:
		return asDigits, end
	case strings.HasPrefix(string(form), "aa00") && (len(form) == 4 || len(form) >= 15): // ISO 13616: Norway's have 15
		return asLetters, end
	}
	return asIs, end
}

// without reports whether r is read as nothing.
func without(r rune) bool { return r >= utf8.RuneSelf && read(r) == removed }
