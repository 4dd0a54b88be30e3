package classify_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A genre is one kind of text without anything sensitive in it, but with much
// that looks so. Its templates are lines; what stands in braces is filled in by
// fill.
type genre struct {
	name      string
	templates []string
}

// write returns about size bytes of the genre, the same for the same seed.
func (g genre) write(seed uint64, size int) string {
	w := newWriter(seed)
	for w.out.Len() < size {
		w.expand(g.templates[w.IntN(len(g.templates))])
	}
	return w.out.String()
}

// A writer expands templates.
type writer struct {
	*rand.Rand
	out strings.Builder
}

func newWriter(seed uint64) *writer { return &writer{Rand: rand.New(rand.NewPCG(seed, 0))} }

// units is the length of s in UTF-16 code units.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

// expand writes a template. "{name}" and "{name:n}" are filled in.
func (w *writer) expand(template string) {
	for {
		before, rest, ok := strings.Cut(template, "{")
		w.out.WriteString(before)
		if !ok {
			return
		}
		hole, rest, _ := strings.Cut(rest, "}")
		w.fill(hole)
		template = rest
	}
}

const (
	lowerCase = "abcdefghijklmnopqrstuvwxyz"
	upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	decimals  = "0123456789"
)

// alphabets are what "{name:n}" draws n characters from.
var alphabets = map[string]string{
	"d":      decimals,
	"hex":    decimals + "abcdef",
	"HEX":    decimals + "ABCDEF",
	"A":      upperCase,
	"a":      lowerCase,
	"an":     decimals + lowerCase,
	"AN":     decimals + upperCase,
	"base62": decimals + lowerCase + upperCase,
	"base64": decimals + lowerCase + upperCase + "+/",
	"url64":  decimals + lowerCase + upperCase + "-_",
}

func (w *writer) fill(hole string) {
	name, arg, _ := strings.Cut(hole, ":")
	n, _ := strconv.Atoi(arg)
	if letters, ok := alphabets[name]; ok {
		for range n {
			w.out.WriteByte(letters[w.IntN(len(letters))])
		}
		return
	}
	if words, ok := vocabulary[name]; ok {
		w.expand(words[w.IntN(len(words))])
		return
	}
	year, month, day := 1970+w.IntN(60), 1+w.IntN(12), 1+w.IntN(28)
	hour, minute, second := w.IntN(24), w.IntN(60), w.IntN(60)
	printf := func(format string, args ...any) { fmt.Fprintf(&w.out, format, args...) }
	switch name {
	case "open": // braces that are none of ours
		w.out.WriteByte('{')
	case "close":
		w.out.WriteByte('}')
	case "n": // up to arg
		printf("%d", w.IntN(n+1))
	case "N": // digits without a leading zero
		printf("%d", 1+w.IntN(9))
		for range n - 1 {
			printf("%d", w.IntN(10))
		}
	case "uuid":
		printf("%08x-%04x-4%03x-%x%03x-%012x", w.Uint32(), w.IntN(1<<16), w.IntN(1<<12), 8+w.IntN(4), w.IntN(1<<12), w.Uint64()>>16)
	case "iso":
		printf("%d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day, hour, minute, second, w.IntN(1000))
	case "stamp":
		printf("%d-%02d-%02d %02d:%02d:%02d", year, month, day, hour, minute, second)
	case "ymd":
		printf("%d%02d%02d", year, month, day)
	case "date":
		switch w.IntN(5) {
		case 0:
			printf("%d-%02d-%02d", year, month, day)
		case 1:
			printf("%02d.%02d.%d", day, month, year)
		case 2:
			printf("%d/%d/%02d", month, day, year%100)
		case 3:
			printf("%d %s %d", day, vocabulary["month"][month-1], year)
		default:
			printf("%02d/%02d/%d", day, month, year)
		}
	case "time":
		printf("%02d:%02d:%02d", hour, minute, second)
	case "unix":
		printf("%d", 1_000_000_000+w.IntN(900_000_000))
	case "unixms":
		printf("%d", 1_000_000_000_000+w.IntN(900_000_000_000))
	case "price":
		switch w.IntN(4) {
		case 0:
			printf("$%d.%02d", w.IntN(10000), w.IntN(100))
		case 1:
			printf("%d,%02d €", w.IntN(10000), w.IntN(100))
		case 2:
			printf("£%d,%03d.%02d", 1+w.IntN(99), w.IntN(1000), w.IntN(100))
		default:
			printf("USD %d %03d %03d", 1+w.IntN(99), w.IntN(1000), w.IntN(1000))
		}
	case "version":
		printf("%d.%d.%d", w.IntN(30), w.IntN(60), w.IntN(100))
		if w.IntN(4) == 0 {
			printf(".%d", w.IntN(9999)+300)
		}
	case "coordinate":
		printf("%.6f, %.6f", w.Float64()*180-90, w.Float64()*360-180)
	case "isbn": // with the check digit of ISBN-13
		w.isbn(w.IntN(2) == 0)
	case "sku":
		w.expand([]string{"{A:3}-{d:5}", "{A:2}{d:6}", "{A:1}{d:3}-{A:2}{d:2}", "{d:4}-{A:2}-{d:3}", "{AN:8}", "{A:4}{d:4}{A:1}"}[w.IntN(6)])
	case "identifier":
		for i := range 1 + w.IntN(4) {
			word := vocabulary["code"][w.IntN(len(vocabulary["code"]))]
			if i > 0 {
				word = strings.ToUpper(word[:1]) + word[1:]
			}
			w.out.WriteString(word)
		}
	default:
		panic("no such hole: " + hole)
	}
}

func (w *writer) isbn(hyphens bool) {
	d := fmt.Sprintf("978%d%03d%05d", w.IntN(10), w.IntN(1000), w.IntN(100000))
	sum := 0
	for i, c := range []byte(d) {
		sum += int(c-'0') * (1 + 2*(i%2))
	}
	d += strconv.Itoa((10 - sum%10) % 10)
	if hyphens {
		d = d[:3] + "-" + d[3:4] + "-" + d[4:7] + "-" + d[7:12] + "-" + d[12:]
	}
	w.out.WriteString(d)
}
