package types

// A phonePlan says which digits a number within a region begins with, and how
// many it has, as written: with the trunk prefix where the region has one. It
// only spares the library questions that cannot be answered with yes.
type phonePlan struct {
	region   string
	first    string
	min, max int
}

// phonePlans are the regions whose numbers are known without a country code,
// the likelier ones first.
var phonePlans = []phonePlan{
	{"US", "23456789", 10, 10},
	{"US", "1", 11, 11},
	{"GB", "0", 10, 11},
	{"DE", "0", 8, 12},
	{"FR", "0", 10, 10},
	{"IT", "0", 8, 11},
	{"IT", "3", 9, 10},
	{"ES", "6789", 9, 9},
	{"IN", "6789", 10, 10},
	{"IN", "0", 11, 11},
	{"JP", "0", 10, 11},
	{"CN", "1", 11, 11},
	{"CN", "0", 10, 12},
	{"BR", "123456789", 10, 11},
	{"BR", "0", 11, 12},
	{"MX", "23456789", 10, 10},
	{"AU", "0", 10, 10},
	{"NL", "0", 10, 10},
	{"BE", "0", 9, 10},
	{"CH", "0", 10, 10},
	{"AT", "0", 8, 13},
	{"SE", "0", 8, 10},
	{"NO", "23456789", 8, 8},
	{"DK", "23456789", 8, 8},
	{"FI", "0", 7, 11},
	{"IE", "0", 9, 10},
	{"PL", "123456789", 9, 9},
	{"CZ", "234567", 9, 9},
	{"PT", "29", 9, 9},
	{"GR", "26", 10, 10},
	{"CY", "29", 8, 8},
	{"HU", "0", 10, 11},
	{"RO", "0", 10, 10},
	{"SK", "0", 10, 10},
	{"SI", "0", 9, 9},
	{"HR", "0", 9, 10},
	{"BG", "0", 8, 10},
	{"UA", "0", 10, 10},
	{"RU", "8", 11, 11},
	{"TR", "0", 11, 11},
	{"TR", "5", 10, 10},
	{"IL", "0", 9, 10},
	{"ZA", "0", 10, 10},
	{"NG", "0", 11, 11},
	{"KE", "0", 10, 10},
	{"EG", "0", 9, 11},
	{"AE", "0", 9, 10},
	{"SA", "0", 10, 10},
	{"KR", "0", 9, 11},
	{"SG", "3689", 8, 8},
	{"HK", "23456789", 8, 8},
	{"TW", "0", 9, 10},
	{"TH", "0", 9, 10},
	{"VN", "0", 10, 11},
	{"PH", "0", 10, 11},
	{"ID", "0", 9, 13},
	{"NZ", "0", 9, 11},
}
