package types

import (
	"math/bits"
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// A numbering is libphonenumber's metadata of one country calling code, compiled
// to automata. It answers what the library would of most numbers, some hundred
// times as fast, and says so where it does not know.
type numbering struct {
	code   string
	region string   // the main one, whose rules all numbers are read by
	main   *pattern // its general description, then those of its kinds of numbers
	others *pattern // the kinds of numbers of its other regions; nil for none

	leading *pattern // what a number of the main region begins with, where the code has several; nil for anything

	lengths [maxNational + 1]uint64 // by length: which descriptions of main have it
	idd     *pattern                // what numbers to other countries begin with; nil for nothing
	prefix  *pattern                // what is left out in international form; nil for nothing
	rewrite bool                    // prefix may do more than be left out
}

// maxNational is how many digits are left of a country calling code at most.
const maxNational = 17

// An answer is what a numbering knows of a number.
type answer int

const (
	unknown answer = iota
	invalid
	valid
)

// numberings has a numbering for each country calling code, made when it is first
// asked for. Those that belong to no country are left to the library.
var numberings = sync.OnceValue(func() map[string]func() *numbering {
	all := map[string]func() *numbering{}
	byRegion := map[string]*phonenumbers.PhoneMetadata{}
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		return all
	}
	for _, m := range collection.GetMetadata() {
		byRegion[m.GetId()] = m
	}
	for code := range phonenumbers.GetSupportedCallingCodes() {
		regions := phonenumbers.GetRegionCodesForCountryCode(code)
		all[strconv.Itoa(code)] = sync.OnceValue(func() *numbering { return newNumbering(code, regions, byRegion) })
	}
	return all
})

func newNumbering(code int, regions []string, byRegion map[string]*phonenumbers.PhoneMetadata) *numbering {
	n := &numbering{code: strconv.Itoa(code)}
	if len(regions) == 0 || byRegion[regions[0]] == nil || regions[0] == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
		return nil
	}
	m := byRegion[regions[0]]
	n.region, n.rewrite = regions[0], m.GetNationalPrefixTransformRule() != ""
	descs := append([]*phonenumbers.PhoneNumberDesc{m.GetGeneralDesc()}, kindsOf(m)...)
	var exprs []string
	for i, d := range descs {
		exprs = append(exprs, d.GetNationalNumberPattern())
		for length := range n.lengths {
			if allows(d, length) {
				n.lengths[length] |= 1 << i
			}
		}
	}
	var others []string
	for _, r := range regions[1:] {
		for _, d := range kindsOf(byRegion[r]) {
			others = append(others, d.GetNationalNumberPattern())
		}
	}
	var ok [5]bool
	n.main, ok[0] = newPattern(exprs...)
	n.others, ok[1] = newPattern(others...)
	n.idd, ok[2] = newPattern(m.GetInternationalPrefix())
	n.prefix, ok[3] = newPattern(m.GetNationalPrefixForParsing())
	n.leading, ok[4] = newPattern(m.GetLeadingDigits())
	if ok != [5]bool{true, true, true, true, true} {
		return nil
	}
	return n
}

// kindsOf returns the descriptions one of which a valid number has beside the
// general one.
func kindsOf(m *phonenumbers.PhoneMetadata) []*phonenumbers.PhoneNumberDesc {
	return []*phonenumbers.PhoneNumberDesc{
		m.GetFixedLine(), m.GetMobile(), m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(),
		m.GetVoip(), m.GetPersonalNumber(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
	}
}

func allows(d *phonenumbers.PhoneNumberDesc, length int) bool {
	for _, l := range d.GetPossibleLength() {
		if int(l) == length {
			return true
		}
	}
	return len(d.GetPossibleLength()) == 0
}

// numberOf says whether digits, which begin with a country calling code, are a number.
func numberOf(digits []byte) answer {
	for n := 1; n <= 3 && n < len(digits); n++ {
		if of := numberings()[string(digits[:n])]; of != nil {
			if plan := of(); plan != nil {
				return plan.national(digits[n:])
			}
			return unknown
		}
	}
	return unknown
}

// within says whether digits are a number as it is dialled within the main region.
func (n *numbering) within(digits []byte) answer {
	if n == nil || n.idd.begins(digits) != 0 || strings.HasPrefix(string(digits), n.code) {
		return unknown
	}
	return n.national(digits)
}

// national says whether digits are a number of the country, with its trunk prefix
// or without. The prefix is left out unless the number is one with it only, or
// is too short without.
func (n *numbering) national(digits []byte) answer {
	if len(digits) < 2 || len(digits) > maxNational {
		return unknown
	}
	switch ends := n.prefix.begins(digits); {
	case ends == 0:
	case n.rewrite || ends&(ends-1) != 0:
		return unknown
	default:
		rest := digits[bits.TrailingZeros64(ends):]
		if n.general(digits) && !n.general(rest) {
			break
		}
		if n.lengths[len(rest)]&1 != 0 {
			digits = rest
		} else if n.tooLong(len(rest)) {
			return unknown
		}
	}
	switch fits := n.main.matches(digits) & n.lengths[len(digits)]; {
	case fits&1 == 0 || fits == 1: // no number of the main region
		if n.others.matches(digits) != 0 {
			return unknown
		}
		return invalid
	case n.leading != nil && n.leading.begins(digits) == 0:
		return unknown
	}
	return valid
}

// general reports whether digits are as the main region's numbers are in general.
func (n *numbering) general(digits []byte) bool { return n.main.matches(digits)&1 != 0 }

func (n *numbering) tooLong(length int) bool {
	for _, descs := range n.lengths[length+1:] {
		if descs&1 != 0 {
			return false
		}
	}
	return true
}
