package types

import "github.com/classifyd/classifyd/worker/classify"

// euBundles are the types that stand for all members of the European Union at
// once; each reports what the countries' own types find.
func euBundles() []*classify.Type {
	return []*classify.Type{
		bundle("b8fe86d1-c056-453b-bfaa-9fe698699ecc", "EU Driver's License Number", "driving licences",
			classify.Sample{Text: "Führerschein B072RRE2I55", Match: "B072RRE2I55", Confidence: 75}, "B072RRE2I55", ids(drivingLicences())),
		bundle("419f449f-6d9d-4be1-a154-b531f7a91b41", "EU National Identification Number", "national identification",
			classify.Sample{Text: "PESEL 44051401359", Match: "44051401359", Confidence: 85}, "PESEL 44051401358", []string{
				austriaIdentityCardID, belgiumNationalID, bulgariaCivilID, croatiaCardID, croatiaPersonalID, cyprusCardID, czechPersonalID, denmarkPersonalID,
				estoniaPersonalID, finlandNationalID, franceIdentityCardID, franceSocialSecurityID, germanyIdentityCardID, greeceCardID, hungaryPersonalID,
				irelandPersonalID, italyFiscalCodeID, latviaPersonalID, lithuaniaPersonalID, luxembourgPersonID, maltaCardID, netherlandsBSNID,
				polandCardID, polandNationalID, portugalCitizenCardID, romaniaPersonalID, sloveniaCitizenID, spainDNIID, swedenNationalID,
			}),
		bundle("21883626-6245-4f3d-9b61-5cbb43e625ee", "EU Passport Number", "passports",
			classify.Sample{Text: "paszport ZS0000177", Match: "ZS0000177", Confidence: 75}, "ZS0000177", append(ids(passports()), germanyPassportID)),
		bundle("d24e32a4-c0bb-4ba8-899d-6303b95742d9", "EU Social Security Number (SSN) or Equivalent ID", "social security",
			classify.Sample{Text: "BSN 111222333", Match: "111222333", Confidence: 85}, "BSN 111222334", []string{
				austriaSocialSecurityID, belgiumNationalID, croatiaPersonalID, czechPersonalID, denmarkPersonalID, finlandNationalID, franceSocialSecurityID,
				greeceSocialSecurityID, hungarySocialID, irelandPersonalID, netherlandsBSNID, polandNationalID, portugalCitizenCardID, romaniaPersonalID,
				spainSocialSecurityID, swedenNationalID,
			}),
		bundle("e09c07d3-66e5-4783-989d-49ac62748f5f", "EU Tax Identification Number (TIN)", "tax identification",
			classify.Sample{Text: "Steuer-IdNr. 86 095 742 719", Match: "86 095 742 719", Confidence: 85}, "Steuer-IdNr. 86 095 742 718", []string{
				austriaTaxID, belgiumNationalID, bulgariaCivilID, croatiaPersonalID, cyprusTaxID, czechPersonalID, denmarkPersonalID, estoniaPersonalID,
				finlandNationalID, franceTaxID, germanyTaxIDID, greeceTaxID, hungaryTaxID, irelandPersonalID, italyFiscalCodeID, latviaPersonalID,
				lithuaniaPersonalID, luxembourgPersonID, luxembourgCompanyID, maltaTaxID, netherlandsBSNID, polandNationalID, polandTaxID, portugalTaxID,
				romaniaPersonalID, sloveniaTaxID, spainDNIID, spainTaxID, swedenNationalID,
			}),
	}
}

// euMembers are the countries of the European Union.
var euMembers = []string{
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}

func bundle(id, name, what string, find classify.Sample, leave string, members []string) *classify.Type {
	return &classify.Type{
		ID:          id,
		Name:        name,
		Description: "Numbers for " + what + " of all members of the European Union.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   euMembers,
		Recommended: 75,
		Members:     members,
		Finds:       []classify.Sample{find},
		Leaves:      []string{leave},
	}
}

func ids(ts []*classify.Type) []string {
	all := make([]string, len(ts))
	for i, t := range ts {
		all[i] = t.ID
	}
	return all
}
