package types

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// digitsLike returns digits that a region's numbers often have: those of an
// example, with some of them changed, and maybe the trunk prefix before them.
func digitsLike(r *rand.Rand, region string) []byte {
	kind := phonenumbers.PhoneNumberType(r.IntN(11))
	var d []byte
	if n := phonenumbers.GetExampleNumberForType(region, kind); n != nil && r.IntN(4) > 0 {
		d = []byte(phonenumbers.GetNationalSignificantNumber(n))
	} else {
		for range 6 + r.IntN(8) {
			d = append(d, byte('0'+r.IntN(10)))
		}
	}
	for range r.IntN(4) {
		d[r.IntN(len(d))] = byte('0' + r.IntN(10))
	}
	if r.IntN(3) == 0 {
		d = append([]byte(phonenumbers.GetNddPrefixForRegion(region, true)), d...)
	}
	return d
}

// The automata answer as the library does, or not at all, and that seldom.
func TestNumberingsAgreeWithTheLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	asked, known := 0, 0
	check := func(is answer, number, region string) {
		t.Helper()
		asked++
		if is == unknown {
			return
		}
		known++
		if want := validIn(number, region); want != (is == valid) {
			t.Errorf("%s in %s: %v, the library says %t", number, region, is, want)
		}
	}
	const each = 15
	regions := slices.Sorted(func(yield func(string) bool) {
		for region := range phonenumbers.GetSupportedRegions() {
			if !yield(region) {
				return
			}
		}
	})
	for _, region := range regions {
		code := strconv.Itoa(phonenumbers.GetCountryCodeForRegion(region))
		for range each {
			d := append([]byte(code), digitsLike(r, region)...)
			check(numberOf(d), "+"+string(d), "ZZ")
		}
	}
	for _, plan := range phonePlans {
		of := numberings()[strconv.Itoa(phonenumbers.GetCountryCodeForRegion(plan.region))]()
		for range 4 * each {
			d := digitsLike(r, plan.region)
			check(of.within(d), string(d), plan.region)
		}
	}
	if known < asked*3/4 {
		t.Errorf("%d of %d numbers are known, want three in four", known, asked)
	}
	t.Logf("%d of %d numbers are known", known, asked)
}
