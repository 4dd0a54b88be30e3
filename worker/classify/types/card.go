package types

import "github.com/classifyd/classifyd/worker/classify"

// paymentCard is any card with a primary account number of ISO/IEC 7812: issuer
// range, length and Luhn check digit.
func paymentCard() *classify.Type {
	return &classify.Type{
		ID:          "50842eb7-edc8-4019-85dd-5a5c1f2bb085",
		Name:        "Credit Card Number",
		Description: "Payment card numbers of all networks: 12 to 19 digits of an issuer's range with a Luhn check digit.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Recommended: 85,
		Words:       cardWords,
		Rules: []classify.Rule{{
			Shape: classify.Number{
				Layouts: []string{
					"12", "13", "14", "15", "16", "17", "18", "19",
					"4 4 4", "4 4 4 1", "4 4 4 2", "4 4 4 3", "4 4 4 4", "4 4 4 4 1", "4 4 4 4 2", "4 4 4 4 3",
					"4 6 4", "4 6 5", "4 4 5", "6 13",
				},
				Seps: " -.",
			},
			Check:    cardCheck,
			Strength: classify.CheckDigit,
			Alone:    65,
			With:     85,
		}, {
			// Of an industry that issues cards, but in no network's published range:
			// cards of shops and banks alone, and those that generators make up.
			Shape: classify.Number{Layouts: []string{"16", "4 4 4 4"}, Seps: " -."},
			Check: func(c *classify.Candidate) bool {
				return c.Digits[0] >= '3' && c.Digits[0] <= '6' && !issued(c.Digits) && luhn(c.Digits) && !uniform(c.Digits)
			},
			Strength: classify.CheckDigit,
			With:     65,
		}},
		Finds: []classify.Sample{
			{Text: "card 3590123456789015", Match: "3590123456789015", Confidence: 65},
			{Text: "Visa 4111 1111 1111 1111, exp 12/27", Match: "4111 1111 1111 1111", Confidence: 85},
			{Text: "ref 378282246310005 ok", Match: "378282246310005", Confidence: 65},
			{Text: "3782-822463-10005", Match: "3782-822463-10005", Confidence: 65},
			{Text: "Kreditkarte: 5500.0055.5555.5559", Match: "5500.0055.5555.5559", Confidence: 85},
			{Text: "\uff14\uff11\uff11\uff11\u00a01111\u00a01111\u00a01111", Match: "\uff14\uff11\uff11\uff11\u00a01111\u00a01111\u00a01111", Confidence: 65},
			{Text: "6011\u200b0009\u200b9013\u200b9424", Match: "6011\u200b0009\u200b9013\u200b9424", Confidence: 65},
			{Text: "carte bancaire 2223003122003222", Match: "2223003122003222", Confidence: 85},
			{Text: "3566002020360505;3530111333300000", Match: "3530111333300000", Confidence: 65},
		},
		Leaves: []string{
			"card 4111 1111 1111 1112", // check digit
			"card 4111-1111 1111-1111", // two kinds of separator
			"id 3527123456789013",      // below JCB's range
			"id 3590123456789015",      // above it
			"card 0000000000000000",
			"card 9111111111111111119",         // no issuer
			"card 41111111111111111111",        // twenty digits
			"id 4111111111111111-1a2b",         // part of a longer code
			"card x4111111111111111",           // part of a word
			"pi 3.4111111111111111, roughly 4", // a decimal
		},
	}
}

// euDebitCard is a card of the networks that pay from an account in Europe:
// Maestro's ranges and those of the national schemes that share its cards.
func euDebitCard() *classify.Type {
	return &classify.Type{
		ID:          "0e9b3178-9678-47dd-a509-37222ca96b42",
		Name:        "EU Debit Card Number",
		Description: "Debit cards of European banks, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"},
		Recommended: 85,
		Words: []string{
			"debit card", "debit cards", "debit card number", "debitcard", "debit", "maestro", "maestro card", "ec karte", "ec card", "eccard", "girocard",
			"girokarte", "bankkarte", "bancontact", "bankkaart", "pinpas", "betaalpas", "carte de débit", "carte de debit", "tarjeta de débito",
			"tarjeta de debito", "carta di debito", "bancomat", "cartão de débito", "multibanco", "dankort", "bankkort", "betalkort", "pankkikortti",
			"karta debetowa", "karta płatnicza", "debetní karta", "debetna kartica", "card de debit", "дебитна карта", "χρεωστική κάρτα",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"16", "17", "18", "19", "4 4 4 4", "4 4 4 4 1", "4 4 4 4 2", "4 4 4 4 3"}, Seps: " -."},
			Check:    func(c *classify.Candidate) bool { return debit(c.Digits) && luhn(c.Digits) && !uniform(c.Digits) },
			Strength: classify.CheckDigit,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "Maestro 6759 6498 2643 8453", Match: "6759 6498 2643 8453", Confidence: 85},
			{Text: "Bankkarte und EC-Karte: 5018000000000009", Match: "5018000000000009", Confidence: 85},
		},
		Leaves: []string{"6759649826438453", "maestro 6759 6498 2643 8454", "debit card 4111 1111 1111 1111"},
	}
}

// debit reports whether the digits begin as Maestro's or Dankort's cards do.
func debit(d []byte) bool {
	switch p := number(d[:2]); {
	case p == 50, p >= 56 && p <= 58, p == 67, p == 63:
		return true
	}
	return false
}

var cardWords = []string{
	"card", "cards", "card number", "card no", "cardnumber", "cardno", "cc", "cc number", "ccnum", "credit card", "creditcard",
	"debit card", "debitcard", "card holder", "cardholder", "pan", "primary account number", "payment", "expiry", "expires",
	"expiration", "exp date", "valid thru", "cvv", "cvv2", "cvc", "cvc2", "cid", "csc", "security code",
	"visa", "mastercard", "master card", "mc", "amex", "american express", "discover", "diners", "diners club", "jcb",
	"maestro", "unionpay", "union pay", "rupay", "mir", "dankort", "bancontact", "girocard",
	"carte bancaire", "carte de crédit", "carte de credit", "numéro de carte", "date d'expiration", "cryptogramme",
	"kreditkarte", "kreditkartennummer", "karteninhaber", "kartennummer", "gültig bis", "prüfnummer",
	"tarjeta", "tarjeta de crédito", "tarjeta de credito", "tarjeta de débito", "número de tarjeta", "caducidad",
	"cartão", "cartão de crédito", "cartao", "cartao de credito", "validade",
	"carta di credito", "numero carta", "scadenza", "creditcardnummer", "kaartnummer", "betaalkaart", "vervaldatum",
	"kreditkort", "kortnummer", "luottokortti", "karta kredytowa", "numer karty", "kreditní karta", "číslo karty", "kart numarası", "kredi kartı",
	"кредитная карта", "номер карты", "карта", "срок действия", "信用卡", "卡号", "银行卡", "クレジットカード", "カード番号", "有効期限",
	"신용카드", "카드번호", "유효기간", "بطاقة ائتمان", "رقم البطاقة", "כרטיס אשראי", "क्रेडिट कार्ड", "บัตรเครดิต",
}

// An issuer holds the account numbers from low to high, compared over as many
// digits as these have, in the lengths from min to max.
type issuer struct {
	low, high int
	digits    int
	min, max  int
}

// issuers are the ranges the card networks publish, by first digit.
var issuers = [10][]issuer{
	0: {{604, 604, 4, 12, 19}}, // Maestro, legacy United Kingdom
	1: {{1, 1, 1, 15, 15}},     // UATP; JCB's 1800 lies within
	2: {
		{2131, 2131, 4, 15, 15}, // JCB
		{2200, 2205, 4, 16, 19}, // Mir, Borica
		{2221, 2720, 4, 16, 16}, // Mastercard
	},
	3: {
		{300, 305, 3, 14, 19}, // Diners Club
		{3095, 3095, 4, 14, 19},
		{34, 34, 2, 15, 15},     // American Express
		{3528, 3589, 4, 16, 19}, // JCB
		{36, 36, 2, 14, 19},
		{37, 37, 2, 15, 15},
		{38, 39, 2, 14, 19},
	},
	4: {{4, 4, 1, 13, 13}, {4, 4, 1, 16, 16}, {4, 4, 1, 18, 19}}, // Visa
	5: {
		{50, 50, 2, 12, 19}, // Maestro, Verve, RuPay, Dankort
		{51, 55, 2, 16, 16}, // Mastercard
		{56, 59, 2, 12, 19}, // Maestro
	},
	6: {
		{6011, 6011, 4, 16, 19}, // Discover
		{60, 60, 2, 16, 16},     // RuPay, Hipercard
		{62, 62, 2, 16, 19},     // UnionPay
		{6304, 6304, 4, 12, 19}, // Maestro, legacy Laser
		{636, 636, 3, 16, 19},   // InterPayment
		{637, 639, 3, 16, 16},   // InstaPayment
		{639, 639, 3, 12, 19},   // Maestro
		{644, 649, 3, 16, 19},   // Discover
		{65, 65, 2, 16, 19},     // Discover, Troy, Verve
		{67, 67, 2, 12, 19},     // Maestro
	},
	8: {{81, 82, 2, 16, 19}, {8600, 8600, 4, 16, 16}},                              // UnionPay, RuPay; Uzcard
	9: {{9704, 9704, 4, 16, 19}, {9792, 9792, 4, 16, 16}, {9860, 9860, 4, 16, 16}}, // Napas, Troy, Humo
}

func cardCheck(c *classify.Candidate) bool {
	d := c.Digits
	return issued(d) && luhn(d) && !uniform(d)
}

func issued(d []byte) bool {
	first := number(d[:4])
	for _, is := range issuers[d[0]-'0'] {
		n := first
		for range 4 - is.digits {
			n /= 10
		}
		if n >= is.low && n <= is.high && len(d) >= is.min && len(d) <= is.max {
			return true
		}
	}
	return false
}
