package own

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/classifyd/classifyd/worker/classify"
)

// A Validator is one thing that must hold for a match. Kind says which; the
// other fields are for those kinds that name them.
type Validator struct {
	Kind string `json:"kind"`

	// checksum: the digits, each times its weight, are added up. The sum modulo
	// Modulus is the digit at CheckDigit, counted from 1, or with a CheckDigit of
	// 0 nothing. The match has as many digits as there are weights.
	Weights    []int `json:"weights"`
	Modulus    int   `json:"modulus"`
	CheckDigit int   `json:"checkDigit"`

	// date: the digits from Offset on, counted from 0, are a date of the calendar.
	Format string `json:"format"`
	Offset int    `json:"offset"`

	// length: how many characters the match has.
	Minimum int `json:"minimum"`
	Maximum int `json:"maximum"`

	// The exclusions: in any case.
	Texts []string `json:"texts"`
}

// The kinds of validators.
const (
	Luhn            = "luhn"
	Checksum        = "checksum"
	Date            = "date"
	Length          = "length"
	ExcludeValues   = "excludeValues"   // the match is not one of Texts
	ExcludeStarts   = "excludeStarts"   // it begins with none of Texts
	ExcludeEnds     = "excludeEnds"     // it ends with none of Texts
	ExcludePrefixes = "excludePrefixes" // none of Texts stands right before it
	ExcludeSuffixes = "excludeSuffixes" // none of Texts stands right behind it
	ExcludeSame     = "excludeSameDigits"
)

// Kinds lists every kind, for documents and checks.
var Kinds = []string{Luhn, Checksum, Date, Length, ExcludeValues, ExcludeStarts, ExcludeEnds, ExcludePrefixes, ExcludeSuffixes, ExcludeSame}

// formats are the layouts of dates, in Go's words.
var formats = map[string]string{
	"YYYYMMDD": "20060102", "DDMMYYYY": "02012006", "MMDDYYYY": "01022006",
	"YYMMDD": "060102", "DDMMYY": "020106", "MMDDYY": "010206",
}

// strength is how seldom chance passes the validator.
func (v *Validator) strength() classify.Strength {
	switch v.Kind {
	case Luhn, Checksum:
		return classify.CheckDigit
	case Date:
		return classify.Ranges
	}
	return classify.Form
}

func (v *Validator) compile(at string) (func(*classify.Candidate) bool, error) {
	switch v.Kind {
	case Luhn:
		return func(c *classify.Candidate) bool { return luhn(digits(c.Match())) }, nil
	case Checksum:
		return v.checksum(at)
	case Date:
		return v.date(at)
	case Length:
		if v.Minimum < 0 || v.Maximum < max(v.Minimum, 1) || v.Maximum > classify.MaxMatch {
			return nil, invalid(at+".maximum", fmt.Sprintf("must be from minimum, and 1, to %d", classify.MaxMatch))
		}
		return func(c *classify.Candidate) bool {
			n := utf8.RuneCountInString(c.Match())
			return n >= v.Minimum && n <= v.Maximum
		}, nil
	case ExcludeSame:
		return func(c *classify.Candidate) bool {
			d := digits(c.Match())
			return len(d) == 0 || strings.Trim(d, d[:1]) != ""
		}, nil
	case ExcludeValues:
		return v.exclude(at, func(c *classify.Candidate, t string) bool { return strings.ToLower(c.Match()) == t })
	case ExcludeStarts:
		return v.exclude(at, func(c *classify.Candidate, t string) bool { return strings.HasPrefix(strings.ToLower(c.Match()), t) })
	case ExcludeEnds:
		return v.exclude(at, func(c *classify.Candidate, t string) bool { return strings.HasSuffix(strings.ToLower(c.Match()), t) })
	case ExcludePrefixes:
		return v.exclude(at, func(c *classify.Candidate, t string) bool {
			return strings.HasSuffix(strings.ToLower(c.Text[:c.Start]), t)
		})
	case ExcludeSuffixes:
		return v.exclude(at, func(c *classify.Candidate, t string) bool {
			return strings.HasPrefix(strings.ToLower(c.Text[c.End:]), t)
		})
	}
	return nil, invalid(at+".kind", "must be one of "+strings.Join(Kinds, ", "))
}

func (v *Validator) exclude(at string, is func(c *classify.Candidate, text string) bool) (func(*classify.Candidate) bool, error) {
	if len(v.Texts) == 0 || len(v.Texts) > MaxWords {
		return nil, invalid(at+".texts", fmt.Sprintf("must have 1 to %d items", MaxWords))
	}
	if i := slices.IndexFunc(v.Texts, func(t string) bool { return !short(t) }); i >= 0 {
		return nil, invalid(fmt.Sprintf("%s.texts[%d]", at, i), fmt.Sprintf("must be 1 to %d characters", MaxWord))
	}
	texts := make([]string, len(v.Texts))
	for i, t := range v.Texts {
		texts[i] = strings.ToLower(t)
	}
	return func(c *classify.Candidate) bool {
		return !slices.ContainsFunc(texts, func(t string) bool { return is(c, t) })
	}, nil
}

func (v *Validator) checksum(at string) (func(*classify.Candidate) bool, error) {
	switch {
	case len(v.Weights) < 2 || len(v.Weights) > MaxWeights:
		return nil, invalid(at+".weights", fmt.Sprintf("must have 2 to %d items", MaxWeights))
	case slices.ContainsFunc(v.Weights, func(w int) bool { return w < -1000 || w > 1000 }):
		return nil, invalid(at+".weights", "must be numbers from -1000 to 1000")
	case v.Modulus < 2 || v.Modulus > 1000:
		return nil, invalid(at+".modulus", "must be from 2 to 1000")
	case v.CheckDigit < 0 || v.CheckDigit > len(v.Weights):
		return nil, invalid(at+".checkDigit", "must be the place of a digit that has a weight, from 1, or 0")
	}
	return func(c *classify.Candidate) bool {
		d := digits(c.Match())
		if len(d) != len(v.Weights) {
			return false
		}
		sum := 0
		for i := range len(d) {
			sum += v.Weights[i] * int(d[i]-'0')
		}
		sum = (sum%v.Modulus + v.Modulus) % v.Modulus
		want := 0
		if v.CheckDigit > 0 {
			want = int(d[v.CheckDigit-1] - '0')
		}
		return sum == want
	}, nil
}

func (v *Validator) date(at string) (func(*classify.Candidate) bool, error) {
	layout, ok := formats[v.Format]
	if !ok {
		return nil, invalid(at+".format", "must be YYYYMMDD, DDMMYYYY, MMDDYYYY, YYMMDD, DDMMYY or MMDDYY")
	}
	if v.Offset < 0 || v.Offset > classify.MaxMatch {
		return nil, invalid(at+".offset", fmt.Sprintf("must be from 0 to %d", classify.MaxMatch))
	}
	return func(c *classify.Candidate) bool {
		d := digits(c.Match())
		if len(d) < v.Offset+len(layout) {
			return false
		}
		_, err := time.Parse(layout, d[v.Offset:v.Offset+len(layout)])
		return err == nil
	}, nil
}

// digits are the digits of a folded text.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// luhn is the check of ISO/IEC 7812-1, annex B, over two digits or more.
func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return len(d) > 1 && sum%10 == 0
}
