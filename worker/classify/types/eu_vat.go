package types

import (
	"strconv"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// A vat is how one country writes its VAT identification numbers, which the
// European Union's VIES lists: the prefix, then one of forms (see formed), in
// which a space stands for one of " .-".
type vat struct {
	prefix, country string
	id, name        string
	words           []string
	forms           []string
	check           func(m []byte) bool // of what stands behind the prefix, without separators
	strength        classify.Strength
	finds           []string
	leaves          []string
}

var vatWords = []string{
	"vat", "vat no", "vat number", "vat id", "vatin", "vat reg", "vat registration", "value added tax", "tax id", "tax number", "tax identification number",
	"vies", "invoice", "rechnung", "facture", "factura", "fattura",
}

// vatNumbers are the VAT identification numbers of the European Union's members
// with the check digits that each country's tax authority publishes.
func vatNumbers() []*classify.Type {
	var all []*classify.Type
	for _, v := range vats {
		all = append(all, v.typ())
	}
	return all
}

func (v vat) typ() *classify.Type {
	t := &classify.Type{
		ID:          v.id,
		Name:        v.name,
		Description: v.name + ": VAT identification numbers with their country's prefix and check digit.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{v.country},
		Recommended: 75,
		Words:       append(v.words, vatWords...),
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: []string{v.prefix}, Min: 2, Max: 14, Before: 1, After: reach, Small: true},
			Check:    v.taken,
			Strength: v.strength,
			Alone:    75,
			With:     85,
		}},
		Leaves: v.leaves,
	}
	if layouts := v.layouts(); len(layouts) > 0 {
		// In groups the prefix may be small; a Word's start would need a digit in it.
		t.Rules = append(t.Rules, classify.Rule{
			Shape: classify.Number{Layouts: layouts, Seps: " .-"},
			Check: func(c *classify.Candidate) bool {
				return v.check(c.Digits) && takePrefix(c, v.prefix) && c.Text[c.Start]|0x20 == c.Text[c.Start]
			},
			Strength: v.strength,
			Alone:    75,
			With:     85,
		})
	}
	if v.id == "" {
		t.ID = own(strings.ToLower(v.country) + "-vat-number")
	}
	for _, s := range v.finds {
		t.Finds = append(t.Finds,
			classify.Sample{Text: "see " + s + ".", Match: s, Confidence: 75},
			classify.Sample{Text: "VAT ID: " + s, Match: s, Confidence: 85})
	}
	return t
}

// layouts are those of forms that are groups of digits.
func (v vat) layouts() []string {
	var all []string
	for _, f := range v.forms {
		if groups := strings.Split(f, " "); len(groups) > 1 && strings.Trim(f, "9 ") == "" {
			for i, g := range groups {
				groups[i] = strconv.Itoa(len(g))
			}
			all = append(all, strings.Join(groups, " "))
		}
	}
	return all
}

// taken reads the number in one of its forms and checks it.
func (v vat) taken(c *classify.Candidate) bool {
	rest := c.Text[c.Start+len(v.prefix):]
	gap := 0
	if rest != "" && (rest[0] == ' ' || rest[0] == '-') {
		gap = 1
	}
	for _, form := range v.forms {
		if n := gap + len(form); n <= len(rest) && printed(rest[gap:n], form) && (n == len(rest) || !wordByte(rest[n])) {
			var buf [reach]byte
			if !v.check(compact(buf[:0], rest[gap:n])) {
				return false
			}
			c.End = c.Start + len(v.prefix) + n
			return true
		}
	}
	return false
}

// printed is formed with one kind of " .-" for every space of the form.
func printed(s, form string) bool {
	sep := byte(0)
	for i := range len(form) {
		if form[i] != ' ' {
			if !formed(s[i:i+1], form[i:i+1]) {
				return false
			}
			continue
		}
		if sep == 0 && (s[i] == ' ' || s[i] == '.' || s[i] == '-') {
			sep = s[i]
		}
		if s[i] != sep {
			return false
		}
	}
	return true
}

// compact appends the letters and digits of s to dst.
func compact(dst []byte, s string) []byte {
	for _, b := range []byte(s) {
		if wordByte(b) {
			dst = append(dst, b)
		}
	}
	return dst
}

// vats is in the order of their prefixes. Italy's is with its partita IVA.
var vats = []vat{
	{
		prefix: "AT", country: "AT", id: "b6a3eda2-c56c-4b69-a5f7-dca34db00f48", name: "Austria Value Added Tax",
		words: []string{"uid", "uid-nummer", "umsatzsteuer", "ust-id", "umsatzsteuer-identifikationsnummer", "atu"},
		forms: []string{"U99999999", "U 9999 9999", "U999 999 99"}, check: austriaVAT, strength: classify.CheckDigit,
		finds: []string{"ATU13585627", "ATU12022336"}, leaves: []string{"ATU13585626", "AT13585627", "ATU1358562"},
	},
	{
		prefix: "BE", country: "BE", id: "85b5b3c3-f2de-4ae8-ac46-fd3cb38bf9ed", name: "Belgium Value Added Tax Number",
		words: []string{"btw", "btw-nummer", "btw nr", "tva", "numéro de tva", "n° tva", "ondernemingsnummer", "numéro d'entreprise", "mwst", "mehrwertsteuernummer"},
		forms: []string{"9999999999", "9999 999 999"}, check: belgiumVAT, strength: classify.Structure,
		finds: []string{"BE0428496708", "BE 0403.019.261", "BE0403.019.261"}, leaves: []string{"BE0428496709", "BE2428496708", "BE428496708"},
	},
	{
		prefix: "BG", country: "BG", name: "Bulgaria VAT Number",
		words: []string{"ддс", "идент. номер по ддс", "еик", "булстат", "bulstat", "eik", "dds"},
		forms: []string{"999999999"}, check: bulgariaVAT, strength: classify.CheckDigit,
		finds: []string{"BG175074752"}, leaves: []string{"BG175074751", "BG17507475"},
	},
	{
		prefix: "CY", country: "CY", name: "Cyprus VAT Number",
		words: []string{"φπα", "αρ. φπα", "fpa", "αφτ"},
		forms: []string{"99999999A"}, check: cyprusTax, strength: classify.CheckDigit,
		finds: []string{"CY10259033P"}, leaves: []string{"CY10259033Q", "CY12000000A", "CY102590331"},
	},
	{
		prefix: "CZ", country: "CZ", name: "Czech VAT Number",
		words: []string{"dič", "dic", "daňové identifikační číslo", "dph", "plátce dph"},
		forms: []string{"99999999"}, check: czechVAT, strength: classify.CheckDigit,
		finds: []string{"CZ25123891"}, leaves: []string{"CZ25123890", "CZ95123891", "CZ2512389"},
	},
	{
		prefix: "DE", country: "DE", id: "db177eb2-8811-4842-bffc-128c14aa219f", name: "Germany Value Added Tax Number",
		words: []string{"umsatzsteuer", "umsatzsteuer-id", "umsatzsteuer-identifikationsnummer", "ust-id", "ust-idnr", "ustid", "ustidnr", "mwst", "mehrwertsteuer"},
		forms: []string{"999999999", "999 999 999"}, check: germanyVAT, strength: classify.CheckDigit,
		finds: []string{"DE136695976", "DE 136 695 976", "de136695976"}, leaves: []string{"DE136695977", "DE013669597", "DE13669597", "AT136695976", "DE1366959760"},
	},
	{
		prefix: "DK", country: "DK", name: "Denmark VAT Number",
		words: []string{"cvr", "cvr-nr", "cvr-nummer", "moms", "momsnummer", "se-nr"},
		forms: []string{"99999999", "99 99 99 99"}, check: denmarkVAT, strength: classify.CheckDigit,
		finds: []string{"DK13585628", "DK 88 14 63 28"}, leaves: []string{"DK13585627", "DK03585628"},
	},
	{
		prefix: "EE", country: "EE", name: "Estonia VAT Number",
		words: []string{"kmkr", "kmkr number", "käibemaks", "käibemaksukohustuslase number"},
		forms: []string{"999999999"}, check: estoniaVAT, strength: classify.CheckDigit,
		finds: []string{"EE100594102"}, leaves: []string{"EE100594103", "EE10059410"},
	},
	{
		prefix: "EL", country: "GR", name: "Greece VAT Number",
		words: []string{"φπα", "αφμ", "α.φ.μ.", "αριθμός φορολογικού μητρώου", "afm"},
		forms: []string{"999999999"}, check: greeceVAT, strength: classify.CheckDigit,
		finds: []string{"EL094259216"}, leaves: []string{"EL094259217", "EL000000000"},
	},
	{
		prefix: "ES", country: "ES", name: "Spain VAT Number",
		words: []string{"iva", "nif-iva", "nif iva", "cif", "nif", "número de iva"},
		forms: []string{"*9999999*", "A 9999999*"}, check: spainVAT, strength: classify.CheckDigit,
		finds: []string{"ESA13585625", "ESX2482300W", "ES54362315K", "ESQ2818002D"}, leaves: []string{"ESA13585626", "ES54362315A", "ESQ28180024"},
	},
	{
		prefix: "FI", country: "FI", name: "Finland VAT Number",
		words: []string{"alv", "alv-numero", "arvonlisävero", "arvonlisäverotunniste", "momsnummer", "y-tunnus"},
		forms: []string{"99999999"}, check: finlandVAT, strength: classify.CheckDigit,
		finds: []string{"FI20774740"}, leaves: []string{"FI20774741", "FI2077474"},
	},
	{
		prefix: "FR", country: "FR", id: "949121e6-ad9f-4379-8731-710342baea78", name: "France Value Added Tax Number",
		words: []string{"tva", "numéro de tva", "n° tva", "tva intracommunautaire", "numéro d'identification taxe sur la valeur ajoutée", "taxe sur la valeur ajoutée", "siren"},
		forms: []string{"99999999999", "99 999 999 999"}, check: franceVAT, strength: classify.Structure,
		finds: []string{"FR40303265045", "FR 83 404 833 048"}, leaves: []string{"FR41303265045", "FR4030326504", "FR40303265046"},
	},
	{
		prefix: "HR", country: "HR", name: "Croatia VAT Number",
		words: []string{"pdv", "pdv id", "pdv broj", "oib"},
		forms: []string{"99999999999"}, check: mod1110, strength: classify.CheckDigit,
		finds: []string{"HR33392005961"}, leaves: []string{"HR33392005962"},
	},
	{
		prefix: "HU", country: "HU", id: "976349a0-683b-477a-90f8-ff0a220d5592", name: "Hungary Value Added Tax Number",
		words: []string{"áfa", "áfaszám", "közösségi adószám", "adószám", "általános forgalmi adó"},
		forms: []string{"99999999"}, check: hungaryVAT, strength: classify.CheckDigit,
		finds: []string{"HU12892312"}, leaves: []string{"HU12892313", "HU1289231"},
	},
	{
		prefix: "IE", country: "IE", name: "Ireland VAT Number",
		words: []string{"cbl", "uimhir cbl", "revenue", "cáin bhreisluacha"},
		forms: []string{"9999999A", "9999999AA"}, check: irelandPersonal, strength: classify.CheckDigit,
		finds: []string{"IE6433435F", "IE1234567FA"}, leaves: []string{"IE6433435E", "IE643343F"},
	},
	{
		prefix: "LT", country: "LT", name: "Lithuania VAT Number",
		words: []string{"pvm", "pvm mokėtojo kodas", "pvm kodas"},
		forms: []string{"999999999", "999999999999"}, check: lithuaniaVAT, strength: classify.CheckDigit,
		finds: []string{"LT119511515", "LT100001919017"}, leaves: []string{"LT119511516", "LT119511575", "LT100001919018"},
	},
	{
		prefix: "LU", country: "LU", name: "Luxembourg VAT Number",
		words: []string{"tva", "numéro de tva", "mwst", "mehrwertsteuer", "steuernummer"},
		forms: []string{"99999999", "999 999 99"}, check: luxembourgVAT, strength: classify.Structure,
		finds: []string{"LU15027442"}, leaves: []string{"LU15027443"},
	},
	{
		prefix: "LV", country: "LV", name: "Latvia VAT Number",
		words: []string{"pvn", "pvn numurs", "pvn reģistrācijas numurs", "reģistrācijas numurs"},
		forms: []string{"99999999999"}, check: latviaVAT, strength: classify.CheckDigit,
		finds: []string{"LV40003521494"}, leaves: []string{"LV40003521495", "LV4000352149"},
	},
	{
		prefix: "MT", country: "MT", name: "Malta VAT Number",
		words: []string{"taxxa fuq il-valur miżjud", "numru tal-vat"},
		forms: []string{"99999999"}, check: maltaVAT, strength: classify.Structure,
		finds: []string{"MT11679112"}, leaves: []string{"MT11679113"},
	},
	{
		prefix: "NL", country: "NL", id: "4f320d9b-4972-41ae-b337-88d499bb1ade", name: "Netherlands Value Added Tax Number",
		words: []string{"btw", "btw-nummer", "btw nummer", "btw-id", "btw-identificatienummer", "omzetbelasting", "omzetbelastingnummer"},
		forms: []string{"999999999B99", "9999 99 999 B 99"}, check: netherlandsVAT, strength: classify.Structure,
		finds: []string{"NL004495445B01", "NL000099998B57", "NL123456789B13"}, leaves: []string{"NL123456789B14", "NL004495446B01", "NL004495445A01"},
	},
	{
		prefix: "PL", country: "PL", name: "Poland VAT Number",
		words: []string{"nip", "nip ue", "vat ue", "podatek", "numer identyfikacji podatkowej"},
		forms: []string{"9999999999", "999 999 99 99", "999 99 99 999"}, check: polandTaxNumber, strength: classify.CheckDigit,
		finds: []string{"PL5261040828", "PL 526-104-08-28"}, leaves: []string{"PL5261040829"},
	},
	{
		prefix: "PT", country: "PT", name: "Portugal VAT Number",
		words: []string{"iva", "nif", "nipc", "número de iva", "contribuinte"},
		forms: []string{"999999999", "999 999 999"}, check: portugalTaxNumber, strength: classify.CheckDigit,
		finds: []string{"PT501964843", "PT 501 964 843"}, leaves: []string{"PT501964842"},
	},
	{
		prefix: "RO", country: "RO", name: "Romania VAT Number",
		words: []string{"cui", "cif", "cod fiscal", "cod de înregistrare în scopuri de tva", "cod tva", "tva"},
		forms: []string{"9999999999", "999999999", "99999999", "9999999", "999999"}, check: romaniaVAT, strength: classify.CheckDigit,
		finds: []string{"RO18547290", "RO1590538"}, leaves: []string{"RO18547291", "RO12"},
	},
	{
		prefix: "SE", country: "SE", name: "Sweden VAT Number",
		words: []string{"moms", "momsnummer", "momsregistreringsnummer", "momsreg", "vat-nr", "organisationsnummer"},
		forms: []string{"999999999901", "999999 9999 01"}, check: func(m []byte) bool { return luhn(m[:10]) }, strength: classify.CheckDigit,
		finds: []string{"SE556703748501"}, leaves: []string{"SE556703748401", "SE556703748502"},
	},
	{
		prefix: "SI", country: "SI", name: "Slovenia VAT Number",
		words: []string{"ddv", "id za ddv", "identifikacijska številka za ddv", "davčna številka"},
		forms: []string{"99999999"}, check: sloveniaTaxNumber, strength: classify.CheckDigit,
		finds: []string{"SI50223054"}, leaves: []string{"SI50223055", "SI05022305"},
	},
	{
		prefix: "SK", country: "SK", name: "Slovakia VAT Number",
		words: []string{"ič dph", "ic dph", "dič", "identifikačné číslo pre daň z pridanej hodnoty", "dph"},
		forms: []string{"9999999999"}, check: slovakiaVAT, strength: classify.CheckDigit,
		finds: []string{"SK2022749619"}, leaves: []string{"SK2022749618", "SK2052749619"},
	},
}
