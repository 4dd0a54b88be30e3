package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// A document is how one country numbers its passports or driving licences, as
// the Council's register of travel documents (PRADO) and the Commission's of
// driving licences show them. Most have no check digit outside the
// machine-readable zone, so that none is reported without evidence.
type document struct {
	country, id, name string
	words             []string       // in the country's languages
	layouts           []string       // of digits alone
	forms             []string       // with letters, see formed
	person            *classify.Type // whose numbers the document bears, if it has none of its own
	sample            string
}

// passports are those of the European Union's members but Germany's, which have
// a file of their own.
func passports() []*classify.Type {
	return documents(euPassports, " Passport Number", "Numbers of passports: ", "passport ", passportWords)
}

// drivingLicences are those of the European Union's members.
func drivingLicences() []*classify.Type {
	return documents(euLicences, " Driver's License Number", "Numbers of driving licences: ", "driving licence ", licenceWords)
}

func documents(all []document, name, description, before string, words []string) []*classify.Type {
	var ts []*classify.Type
	for _, d := range all {
		t := &classify.Type{
			ID:          d.id,
			Name:        d.name + name,
			Description: description + d.name + ".",
			Publisher:   publisher,
			Category:    classify.CategoryIdentity,
			Countries:   []string{d.country},
			Recommended: 75,
			Words:       append(append([]string{}, d.words...), words...),
			Finds:       []classify.Sample{{Text: d.words[0] + ": " + d.sample, Match: d.sample, Confidence: 75}},
			Leaves:      []string{d.sample, before + "1" + d.sample + "1"},
		}
		if len(d.layouts) > 0 && len(d.layouts[0]) == 1 && d.layouts[0] < "9" || len(d.forms) > 0 && strings.Contains(d.forms[0], "*") {
			// Numbers so short or so free in form are everywhere; the word must
			// stand at their side.
			t.Proximity = 60
		}
		if len(d.layouts) > 0 {
			t.Rules = append(t.Rules, classify.Rule{Shape: classify.Number{Layouts: d.layouts}, Check: varied, With: 75})
		}
		if len(d.forms) > 0 {
			t.Rules = append(t.Rules, classify.Rule{Shape: small(code(d.forms...)), Check: written(d.forms...), With: 75})
		}
		if d.person != nil {
			for _, r := range d.person.Rules {
				r.Alone, r.With = 0, 75
				t.Rules = append(t.Rules, r)
			}
		}
		ts = append(ts, t)
	}
	return ts
}

// varied reports whether the digits are neither all the same nor the date of a
// day, as documents and files are named after.
func varied(c *classify.Candidate) bool {
	return !uniform(c.Digits) && !isDay(c.Digits)
}

// isDay reports whether d is a day between 1900 and 2099, the year first or last.
func isDay(d []byte) bool {
	if len(d) != 8 {
		return false
	}
	ours := func(year int) bool { return year >= 1900 && year < 2100 }
	first, last := number(d[:4]), number(d[4:])
	return ours(first) && calendar(first, number(d[4:6]), number(d[6:])) || ours(last) && calendar(last, number(d[2:4]), number(d[:2]))
}

// passportWords are evidence for a passport of any country.
var passportWords = []string{
	"passport", "passport number", "passport no", "passport num", "passport#", "passportno", "passports", "passport id", "travel document", "passport book",
}

// licenceWords are evidence for a driving licence of any country.
var licenceWords = []string{
	"driver license", "driver licence", "drivers license", "drivers licence", "driver's license", "driver's licence", "driving license", "driving licence",
	"driving permit", "driverlic", "driver lic", "driver lics", "dlno", "dl#", "licence number", "license number",
}

var euPassports = []document{
	{
		country: "AT", id: "1c96ae4e-303b-447d-86c7-77113ac266bf", name: "Austria",
		words:  []string{"reisepass", "reisepassnummer", "österreichisch reisepass", "passnummer"},
		forms:  []string{"A9999999", "AA999999"},
		sample: "P1234567",
	},
	{
		country: "BE", id: "d7b1315b-21ca-4774-a32a-596010ff78fd", name: "Belgium",
		words:  []string{"paspoort", "paspoortnummer", "passeport", "numéro de passeport", "reisepass", "belgian passport"},
		forms:  []string{"AA999999"},
		sample: "EH123456",
	},
	{
		country: "BG", id: "f7172b82-c588-4216-845e-4e54e397f29a", name: "Bulgaria",
		words:   []string{"паспорт", "номер на паспорт", "бг паспорт", "паспорт номер", "bulgarian passport"},
		layouts: []string{"9"},
		forms:   []string{"AA9999999"},
		sample:  "381234567",
	},
	{
		country: "HR", id: "7d7a729d-32d8-4204-8d01-d5e6a6c25581", name: "Croatia",
		words:   []string{"putovnica", "broj putovnice", "putovnice", "hrvatska putovnica", "croatian passport"},
		layouts: []string{"9"},
		sample:  "007001234",
	},
	{
		country: "CY", id: "9193e2e8-7f8c-43c1-a274-ac40d651936f", name: "Cyprus",
		words:  []string{"διαβατήριο", "αριθμός διαβατηρίου", "pasaport numarası", "pasaport no", "cyprus passport", "cypriot passport"},
		forms:  []string{"A999999", "A9999999", "A99999999"},
		sample: "K12345678",
	},
	{
		country: "CZ", id: "7bcd8ce8-5e92-4bbe-bc92-fa669f0369fa", name: "Czech",
		words:   []string{"cestovní pas", "číslo pasu", "cestovní pasy", "pas", "czech passport"},
		layouts: []string{"8"},
		sample:  "39123456",
	},
	{
		country: "DK", id: "25e8c47e-e6fe-4884-a211-74898f8c0196", name: "Denmark",
		words:   []string{"pas", "pasnummer", "danske pas", "danish passport"},
		layouts: []string{"9"},
		sample:  "201234567",
	},
	{
		country: "EE", id: "61f7073a-509e-425b-a754-bc01bb5d5b8c", name: "Estonia",
		words:  []string{"pass", "passi number", "eesti kodaniku pass", "eesti pass", "estonian passport"},
		forms:  []string{"A9999999", "AA9999999"},
		sample: "K1234567",
	},
	{
		country: "FI", id: "d1685ac3-1d3a-40f8-8198-32ef5669c7a5", name: "Finland",
		words:  []string{"passi", "passin numero", "passinumero", "suomalainen passi", "finnish passport"},
		forms:  []string{"AA9999999"},
		sample: "XP1234567",
	},
	{
		country: "FR", id: "3008b884-8c8c-4cd8-a289-99f34fc7ff5d", name: "France",
		words:  []string{"passeport", "numéro de passeport", "passeport français", "n° passeport", "french passport"},
		forms:  []string{"99AA99999"},
		sample: "12AB34567",
	},
	{
		country: "GR", id: "7e65eb47-cdf9-4f52-8f90-2a27d5ee67e3", name: "Greece",
		words:  []string{"διαβατήριο", "διαβατηρίου", "αριθμός διαβατηρίου", "ελληνικό διαβατήριο", "greek passport"},
		forms:  []string{"AA9999999"},
		sample: "AE1234567",
	},
	{
		country: "HU", id: "5b483910-9aa7-4c99-9917-f4001464bda7", name: "Hungary",
		words:  []string{"útlevél", "útlevélszám", "útlevél száma", "magyar útlevél", "hungarian passport"},
		forms:  []string{"AA999999", "AA9999999"},
		sample: "BH1234567",
	},
	{
		country: "IE", id: "a2130f27-9ee2-4103-84f9-a6b1ee7d0cbf", name: "Ireland",
		words:  []string{"pas", "uimhir pas", "pas éireannach", "irish passport"},
		forms:  []string{"AA9999999", "A99999999"},
		sample: "PD1234567",
	},
	{
		country: "IT", id: "39811019-4750-445f-b26d-4c0e6c431544", name: "Italy",
		words:  []string{"passaporto", "numero di passaporto", "numero passaporto", "passaporto italiano", "italian passport"},
		forms:  []string{"AA9999999"},
		sample: "YA1234567",
	},
	{
		country: "LV", id: "23ae25ec-cc28-421b-b77a-3054eadf1ede", name: "Latvia",
		words:  []string{"pase", "pases numurs", "pases nr", "latvijas pase", "latvian passport"},
		forms:  []string{"AA9999999", "A*9999999"},
		sample: "LV1234567",
	},
	{
		country: "LT", id: "1b79900f-047b-4c3f-846f-7d73b5534bce", name: "Lithuania",
		words:   []string{"pasas", "paso numeris", "paso nr", "lietuvos pasas", "lithuanian passport"},
		layouts: []string{"8"},
		forms:   []string{"A9999999"},
		sample:  "21234567",
	},
	{
		country: "LU", id: "81d5c027-bed9-4421-91a0-3b2e55b3eb85", name: "Luxemburg",
		words:  []string{"passeport", "reisepass", "ausweisnummer", "pass", "numéro de passeport", "lëtzebuerger pass", "luxembourg passport"},
		forms:  []string{"A*******", "99999999"},
		sample: "JC8A123B",
	},
	{
		country: "MT", id: "b2b21198-48f9-4d13-b2a5-03969bff0fb8", name: "Malta",
		words:   []string{"passaport", "numru tal-passaport", "passaport malti", "maltese passport"},
		layouts: []string{"7"},
		sample:  "1234567",
	},
	{
		country: "NL", id: "61786727-bafd-45f6-94d9-888d815e228e", name: "Netherlands",
		words:  []string{"paspoort", "paspoortnummer", "paspoort nummer", "paspoort nr", "nederlands paspoort", "dutch passport"},
		forms:  []string{"AA******9"},
		sample: "NW4A1B2C3",
	},
	{
		country: "PL", id: "03937fb5-d2b6-4487-b61f-0f8bff7c3517", name: "Poland",
		words:  []string{"paszport", "numer paszportu", "nr paszportu", "polski paszport", "polish passport"},
		forms:  []string{"AA9999999"},
		sample: "ZS0000177",
	},
	{
		country: "PT", id: "080a52fd-a7bc-431e-b54d-51f08f59db11", name: "Portugal",
		words:  []string{"passaporte", "número de passaporte", "n.º passaporte", "passaporte português", "portuguese passport"},
		forms:  []string{"A999999", "AA999999"},
		sample: "CA123456",
	},
	{
		country: "RO", id: "5d31b90c-7fe2-4a76-a14b-767b8fd19d6c", name: "Romania",
		words:   []string{"pașaport", "numărul pașaportului", "numarul pasaportului", "numar pasaport", "pasaport", "romanian passport"},
		layouts: []string{"8", "9"},
		sample:  "051234567",
	},
	{
		country: "SK", id: "238e1f08-d80e-4793-af33-9b57918335b7", name: "Slovakia",
		words:  []string{"cestovný pas", "číslo pasu", "čislo pasu", "slovenský pas", "slovak passport"},
		forms:  []string{"AA9999999", "A9999999", "99999999"},
		sample: "BA1234567",
	},
	{
		country: "SI", id: "235b7976-7bbe-4df5-bb40-08678e749d1a", name: "Slovenia",
		words:  []string{"potni list", "številka potnega lista", "potni list št", "slovenski potni list", "slovenian passport"},
		forms:  []string{"PA9999999"},
		sample: "PB1234567",
	},
	{
		country: "ES", id: "d17a57de-9fa5-4e9f-85d3-85c26d89686e", name: "Spain",
		words:  []string{"pasaporte", "número de pasaporte", "número pasaporte", "libreta pasaporte", "pasaporte español", "spanish passport"},
		forms:  []string{"AAA999999", "AA999999", "AA9999999"},
		sample: "AAA123456",
	},
	{
		country: "SE", id: "ba4e7456-55a9-4d89-9140-c33673553526", name: "Sweden",
		words:   []string{"pass", "passnummer", "pass nr", "svenskt pass", "swedish passport"},
		layouts: []string{"8"},
		forms:   []string{"AA9999999"},
		sample:  "91234567",
	},
}
