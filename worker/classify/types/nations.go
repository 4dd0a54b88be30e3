package types

import (
	"slices"

	"github.com/classifyd/classifyd/worker/classify"
)

// nations returns the numbers that states give to people and companies, by
// region.
func nations() []*classify.Type {
	return slices.Concat(westernEurope(), northernEurope(), easternEurope(), vatNumbers(), passports(), drivingLicences(), euBundles(), americasAndAfrica(), asiaAndOceania())
}

func westernEurope() []*classify.Type {
	return []*classify.Type{
		austriaSocialSecurity(), austriaTaxNumber(), austriaIdentityCard(), belgiumNational(),
		franceSocialSecurity(), franceTaxNumber(), franceIdentityCard(), franceHealthCard(),
		germanyTaxID(), germanyTaxNumber(), germanyIdentityCard(), germanyPassport(), germanyPensionNumber(), germanyHealthInsurance(), germanyDoctor(),
		germanyPractice(), germanyCommercial(), germanyPostcode(),
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

func americasAndAfrica() []*classify.Type {
	return []*classify.Type{
		argentinaTax(), argentinaNational(), brazilCompany(), brazilIdentity(), brazilDriver(), brazilSocial(), chileIdentity(),
		mexicoPopulation(), mexicoTaxpayer(), colombiaTax(), peruTax(), ecuadorIdentity(), dominicanIdentity(), uruguayIdentity(),
		southAfricaIdentity(), nigeriaIdentity(), egyptIdentity(), israelIdentity(), israelBankAccount(), turkeyIdentity(), turkeyTax(),
		saudiIdentity(), qatarIdentity(), emiratesIdentity(), kazakhstanIdentity(),
	}
}

func asiaAndOceania() []*classify.Type {
	return []*classify.Type{
		chinaResident(), chinaCompany(), hongKongIdentity(), taiwanNational(), taiwanResident(), taiwanPassport(), japanMyNumber(),
		japanCompany(), japanDriver(), japanPassport(), japanResidenceCard(), japanRegistration(), japanSocialInsurance(),
		japanBankAccount(), koreaResident(), koreaForeigner(), koreaBusiness(), koreaDriver(), koreaPassport(), singaporeIdentity(),
		singaporeCompany(), thailandIdentity(), malaysiaIdentity(), indonesiaIdentity(), indonesiaPassport(), philippinesMultiPurpose(),
		philippinesPassport(), philippinesTax(), newZealandTax(), newZealandBank(), newZealandHealth(), newZealandDriver(),
		newZealandWelfare(),
	}
}
