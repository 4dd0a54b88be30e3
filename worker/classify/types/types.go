// Package types is the catalogue of built-in sensitive types, one small file a
// type or family, each with its published rules, its evidence words in English
// and in the languages of its country, and its own samples.
//
// Types that Microsoft Purview has too carry Purview's GUID. The ID of any
// other is a version 5 UUID of its slug in the namespace
// 2c7b9f4e-3f0d-5b56-9a52-6f3b8d1e7a90, which is ours and will not change.
package types

import (
	"crypto/sha1"
	"encoding/hex"
	"slices"

	"github.com/classifyd/classifyd/worker/classify"
)

// publisher is who stands behind the built-in types.
const publisher = "classifyd"

// namespace is the one in the package comment, as bytes.
var namespace = [16]byte{0x2c, 0x7b, 0x9f, 0x4e, 0x3f, 0x0d, 0x5b, 0x56, 0x9a, 0x52, 0x6f, 0x3b, 0x8d, 0x1e, 0x7a, 0x90}

// All returns the built-in types, freshly made, in the order in which they are
// listed and reported.
func All() []*classify.Type {
	return slices.Concat([]*classify.Type{
		euDebitCard(),
		paymentCard(),
		iban(),
		swift(),
		abaRouting(),
		usBankAccount(),
		bitcoin(),
		ethereum(),
		isin(),
		cusip(),
		lei(),
		usSSN(),
		usITIN(),
		usEIN(),
		usNPI(),
		usDEA(),
		usMBI(),
		usPassport(),
		usDriver(),
		vin(),
		imei(),
		machineReadableZone(),
		dateOfBirth(),
		icd10(),
		icd9(),
		ukNHS(),
		ukNINO(),
		ukUTR(),
		ukDriver(),
		ukElectoral(),
		ukPostcode(),
		canadaSIN(),
		canadaPHIN(),
		canadaHealth(),
		canadaPassport(),
		canadaBankAccount(),
		canadaDriver(),
		brazilCPF(),
		australiaTFN(),
		australiaABN(),
		australiaACN(),
		australiaMedicare(),
		australiaPassport(),
		australiaBankAccount(),
		australiaDriver(),
		indiaAadhaar(),
		indiaPAN(),
		indiaGSTIN(),
		indiaVoter(),
		indiaPassport(),
		indiaDriver(),
		email(),
		phone(),
		ipv4(),
		ipv6(),
		ipAddress(),
		macAddress(),
		awsAccessKey(),
		awsSecretKey(),
		privateKey(),
		jwt(),
		passwordURL(),
		webURL(),
		passwordAssignment(),
		authorizationHeader(),
		googleServiceAccount(),
	}, tokens(), azureSecrets(), nations(), vehicles())
}

// own returns the ID of a type that has none elsewhere: RFC 9562, section 5.5.
func own(slug string) string {
	sum := sha1.Sum(append(namespace[:], slug...))
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	h := hex.EncodeToString(id)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
