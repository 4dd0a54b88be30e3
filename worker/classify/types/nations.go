package types

import (
	"slices"

	"github.com/classifyd/classifyd/worker/classify"
)

// nations returns the numbers that states give to people and companies, by
// region.
func nations() []*classify.Type {
	return slices.Concat(westernEurope(), northernEurope(), easternEurope(), vatNumbers())
}

func westernEurope() []*classify.Type {
	return []*classify.Type{
		austriaSocialSecurity(), austriaTaxNumber(), belgiumNational(),
		franceSocialSecurity(), franceTaxNumber(), franceIdentityCard(), franceHealthCard(),
		germanyTaxID(), germanyTaxNumber(), germanyIdentityCard(), germanyPassport(), germanyPensionNumber(), germanyHealthInsurance(), germanyDoctor(),
		irelandPPS(), italyFiscalCode(), italyVAT(), luxembourgPerson(), luxembourgCompany(),
		netherlandsBSN(), netherlandsTaxNumber(), portugalTax(), portugalCitizenCard(),
		spainDNI(), spainTaxNumber(), spainCompanyNumber(), spainSocialSecurity(),
		switzerlandAHV(), switzerlandBusiness(),
	}
}

func northernEurope() []*classify.Type {
	return []*classify.Type{
		denmarkPersonal(), denmarkBusiness(), estoniaPersonal(), finlandNational(), finlandBusiness(), icelandNational(),
		latviaPersonal(), lithuaniaPersonal(), norwayNational(), norwayOrganisation(), swedenNational(), swedenOrganisation(), swedenTaxNumber(),
	}
}

func easternEurope() []*classify.Type {
	return []*classify.Type{
		bulgariaCivil(), croatiaPersonal(), croatiaIdentityCard(), czechPersonal(), greeceSocialSecurity(), greeceTax(), greeceIdentityCard(),
		cyprusTaxNumber(), cyprusIdentityCard(), hungaryPersonal(), hungarySocial(), hungaryTax(), maltaIdentityCard(), maltaTax(),
		polandNational(), polandTax(), polandBusiness(), polandIdentityCard(), romaniaPersonal(), slovakiaPersonal(), sloveniaTax(), sloveniaCitizen(),
		russiaPassport(), russiaTravelPassport(), russiaTaxNumber(), russiaPension(),
		ukrainePassport(), ukraineTravelPassport(), ukraineTaxNumber(), ukraineCompany(),
	}
}
