package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// swift is the business identifier code of ISO 9362: four letters or digits for
// the party, in practice letters, a country of ISO 3166-1, two characters for
// the place and, perhaps, three for the branch.
func swift() *classify.Type {
	return &classify.Type{
		ID:          "cb2ab58c-9cb8-4c81-baf8-a4e106791df4",
		Name:        "SWIFT Code",
		Description: "Business identifier codes of banks, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Recommended: 75,
		Words: []string{
			"swift", "swift code", "swiftcode", "swift number", "swift no", "bic", "bic code", "biccode", "bic number", "bank identifier code",
			"business identifier code", "iso 9362", "iso9362", "international bank", "international organization for standardization",
			"swift/bic", "bic/swift", "code swift", "code bic", "code guichet", "code swift bic", "swift adresse", "bankleitzahl", "código swift",
			"codigo swift", "codice swift", "codice bic", "código bic", "swiftcode", "kod swift", "свифт", "свифт код", "бик", "swiftコード", "金融機関コード",
			"国际银行代码", "银行代码", "swift 코드", "رمز سويفت",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: pairs(capitals, capitals), Min: 8, Max: 11, Before: 1, After: reach},
			Check:    swiftCheck,
			Strength: classify.Ranges,
			With:     75,
		}},
		Finds: []classify.Sample{
			{Text: "SWIFT: DEUTDEFF", Match: "DEUTDEFF", Confidence: 75},
			{Text: "BIC CHASUS33XXX, account below", Match: "CHASUS33XXX", Confidence: 75},
			{Text: "code BIC BNPAFRPP500", Match: "BNPAFRPP500", Confidence: 75},
		},
		Leaves: []string{"DEUTDEFF", "swift DEUTZZFF", "swift DEUTDEFFX", "bic PASSWORD", "SWIFT INTERNATIONAL", "swift DEUTDE00"},
	}
}

// countries are the codes of ISO 3166-1, and XK, which banks of Kosovo use.
const countries = " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ" +
	" CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR" +
	" GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP" +
	" KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ" +
	" NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ" +
	" TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW "

func isCountry(code string) bool { return strings.Contains(countries, " "+code+" ") }

// swiftCheck takes no word of letters alone for a code of eight or eleven
// unless its place is one that banks use: the second character of the place is
// never O, and a digit 0 or 1 there marks test codes and passive members.
func swiftCheck(c *classify.Candidate) bool {
	m := c.Match()
	if len(m) != 8 && len(m) != 11 || !formed(m[:6], "AAAAAA") || !isCountry(m[4:6]) {
		return false
	}
	for _, b := range []byte(m) {
		if b >= 'a' && b <= 'z' || b == '_' {
			return false
		}
	}
	return m[6] != '0' && m[6] != '1' && m[7] != 'O' && m[7] != '0' && !common(m)
}

// common reports whether a code is a word of English that has a country within.
func common(m string) bool {
	switch m {
	case "PASSWORD", "CUSTOMER", "DOCUMENT", "REGISTER", "REQUIRED", "INTERNAL", "EXTERNAL", "BUSINESS", "PERSONAL", "DATABASE", "IDENTITY",
		"DISCOUNT", "INTEREST", "TRANSFER", "MERCHANT", "NOTIFICATION", "REFERENCE", "ROUTING", "MAXIMUM", "FINANCIAL", "BENEFICIARY",
		"REGISTRATION", "ADDRESSES", "SCHEDULE", "MULTIPLE", "POSITION", "FOLLOWED", "FOLLOWING", "TRANSACTION", "INFORMATION", "DESCRIPTION",
		"APPLICATION", "DESTINATION", "RECIPIENT", "CORPORATION", "COMMERCIAL", "CONTINENTAL", "EXCHANGE", "ELECTRONIC", "RESIDENT", "RESIDENCE",
		"APPENDIX", "SHIPMENT", "STANDARD", "PASSPORT", "TELEPHONE", "PRODUCTION", "DIRECTORY", "PROVIDED", "PROVIDER", "DELIVERY", "OVERVIEW",
		"CREDITOR", "RECEIVER", "RECEIVED", "ACCOUNTS", "CHECKING", "CURRENCY", "SECURITY", "DOMESTIC", "COUNTRIES", "COMPLETE", "CONTRACT",
		"NATIONAL", "TREASURY", "VALIDATE", "DEPOSITS", "OVERDUES", "ORIGINAL", "QUESTION", "RELATION", "RESPONSE", "GUARANTEE", "AVAILABLE",
		"OPERATING", "STATEMENT", "SIGNATURE", "PRINCIPAL", "ORDERING", "QUANTITY", "AMERICAN", "HOLDINGS", "INVESTMENT", "REMITTER", "SUBJECTS":
		return true
	}
	return false
}
