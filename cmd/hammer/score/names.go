package score

import (
	"slices"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// known says by which of our types an entity is found whose name does not tell
// it. None means that the entity is no sensitive type here.
var known = map[string][]string{
	"ABA_ROUTING_NUMBER":        {"ABA Routing Number"},
	"AU_MEDICARE":               {"Australia Medical Account Number"},
	"CREDIT_CARD":               {"Credit Card Number", "EU Debit Card Number"},
	"CRYPTO":                    {"Bitcoin Address", "Ethereum Address"},
	"DE_ID_CARD":                {"Germany Identity Card Number"},
	"DE_SOCIAL_SECURITY":        {"Germany Pension Insurance Number"},
	"DE_TAX_NUMBER":             {"Germany Tax Number (Steuernummer)"},
	"EMAIL_ADDRESS":             {"E-mail Address"},
	"ES_NIE":                    {"Spain Tax Identification Number (NIF, NIE)"},
	"ES_NIF":                    {"Spain DNI", "Spain Tax Identification Number (NIF, NIE)"},
	"FI_PERSONAL_IDENTITY_CODE": {"Finland National ID"},
	"IBAN_CODE":                 {"International Banking Account Number (IBAN)"},
	"IP_ADDRESS":                {"IP Address v4", "IP Address v6"},
	"IT_VAT_CODE":               {"Italy Value Added Tax Number"},
	"KR_RRN":                    {"South Korea Resident Registration Number"},
	"MEDICAL_LICENSE":           {"Drug Enforcement Agency (DEA) Number"},
	"PHONE_NUMBER":              {"Phone Number"},
	"PL_PESEL":                  {"Poland National ID (PESEL)"},
	"SE_PERSONNUMMER":           {"Sweden National ID"},
	"SG_NRIC_FIN":               {"Singapore National Registration Identity Card (NRIC) Number"},
	"TH_TNIN":                   {"Thai Population Identification Code"},
	"TR_NATIONAL_ID":            {"Turkey National Identification Number"},
	"UK_NHS":                    {"U.K. National Health Service Number"},
	"UK_NINO":                   {"U.K. National Insurance Number (NINO)"},
	"UK_PASSPORT":               {"U.S. / U.K. Passport Number"},
	"US_BANK_NUMBER":            {"U.S. Bank Account Number"},
	"US_PASSPORT":               {"U.S. / U.K. Passport Number"},
	"US_SSN":                    {"U.S. Social Security Number (SSN)"},
	"ZA_ID_NUMBER":              {"South Africa Identification Number"},

	"AGE": nil, "DATE": nil, "DATE_TIME": nil, "DOMAIN_NAME": nil, "FAC": nil, "GPE": nil, "LOCATION": nil, "NRP": nil, "ORG": nil,
	"ORGANIZATION": nil, "PERSON": nil, "STREET_ADDRESS": nil, "TIME": nil, "TITLE": nil, "ZIP_CODE": nil,
}

// same are words of entities' names, and what our types' names have for them.
var same = map[string]string{
	"drivers": "driver", "driving": "driver", "licence": "license", "fuehrerschein": "driver license", "führerschein": "driver license",
	"organisation": "organization", "organisationsnummer": "organization", "id": "identification", "identity": "identification",
	"ssn": "social security", "vat": "value added tax",
}

// A catalogue finds the types that an entity's name means.
type catalogue struct {
	types []*classify.Type
	extra map[string][]*classify.Type
}

// mean returns the types that find an entity. Known names come first, then the
// name or ID of a type, then, for names of other data, what the name says: in
// "PT_NIF", "BR_CPF" or "FR_PASSPORT" the country and words of the type's name, or
// else one of its words of evidence.
func (c *catalogue) mean(entity string) []*classify.Type {
	if t, ok := c.extra[entity]; ok {
		return t
	}
	if names, ok := known[entity]; ok {
		return c.where(func(t *classify.Type) bool { return slices.Contains(names, t.Name) })
	}
	name := words(entity)
	if t := c.where(func(t *classify.Type) bool {
		return strings.EqualFold(t.ID, entity) || slices.Equal(words(t.Name), name)
	}); t != nil {
		return t
	}
	if strings.Contains(entity, "PHONE") || strings.HasSuffix(entity, "MOBILE_NUMBER") {
		return c.mean("PHONE_NUMBER") // the plans of all countries are one type
	}
	country, said, _ := strings.Cut(entity, "_")
	if country == "UK" {
		country = "GB"
	}
	ours := func(t *classify.Type) bool { return slices.Contains(t.Countries, country) }
	if c.where(ours) == nil {
		return c.where(func(t *classify.Type) bool {
			return len(name) > 1 && covers(words(t.Name), name) || strings.Contains(t.Name, "("+entity+")")
		})
	}
	name = words(said)
	if t := c.where(func(t *classify.Type) bool { return ours(t) && covers(words(t.Name), name) }); t != nil {
		return t
	}
	phrase := strings.ToLower(strings.ReplaceAll(said, "_", " "))
	return c.where(func(t *classify.Type) bool { return ours(t) && slices.Contains(t.Words, phrase) })
}

// where returns the types that are no aliases and for which ok holds.
func (c *catalogue) where(ok func(*classify.Type) bool) []*classify.Type {
	var out []*classify.Type
	for _, t := range c.types {
		if len(t.Members) == 0 && ok(t) {
			out = append(out, t)
		}
	}
	return out
}

// words splits a name into what tells it from others.
func words(name string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" _-.,/()'", r) }) {
		if w == "number" || w == "no" || w == "code" || w == "s" {
			continue
		}
		if s, ok := same[w]; ok {
			w = s
		}
		out = append(out, strings.Fields(w)...)
	}
	return out
}

// covers reports whether all words of part are among those of whole.
func covers(whole, part []string) bool {
	return len(part) > 0 && !slices.ContainsFunc(part, func(w string) bool { return !slices.Contains(whole, w) })
}
