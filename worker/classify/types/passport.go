package types

// passportWords are evidence for a passport of any country.
var passportWords = []string{"passport", "passport number", "passport no", "passport num", "passport#", "passportno", "passports", "travel document"}
