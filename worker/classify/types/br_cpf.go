package types

import "github.com/classifyd/classifyd/worker/classify"

// brazilCPF is the taxpayer number of the Receita Federal: nine digits and two
// modulus 11 check digits.
func brazilCPF() *classify.Type {
	return &classify.Type{
		ID:          "78e09124-f2c3-4656-b32a-c1a132cd2711",
		Name:        "Brazil CPF Number",
		Description: "Brazilian taxpayer numbers of natural persons.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"BR"},
		Recommended: 85,
		Words: []string{
			"cpf", "cpfs", "cpf number", "contribuinte", "receita", "receita federal", "cadastro de pessoas físicas", "cadastro de pessoas fisicas",
			"cadastro", "identificação", "identificacao", "imposto", "pessoa física", "pessoa fisica", "brazil", "brasil", "taxpayer", "tax id",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"11", "3.3.3-2", "9-2", "3 3 3 2"}, Seps: " -."},
			Check:    cpfCheck,
			Strength: classify.Structure,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "CPF: 529.982.247-25", Match: "529.982.247-25", Confidence: 85},
			{Text: "529.982.247-25", Match: "529.982.247-25", Confidence: 75},
			{Text: "contribuinte 52998224725", Match: "52998224725", Confidence: 85},
			{Text: "cadastro 529982247-25", Match: "529982247-25", Confidence: 85},
		},
		Leaves: []string{"cpf 529.982.247-26", "cpf 111.111.111-11", "cpf 529.982-247.25", "cpf 1.529.982.247-25"},
	}
}

func cpfCheck(c *classify.Candidate) bool {
	d := c.Digits
	digit := func(sum int) byte { return '0' + byte(sum*10%11%10) }
	return d[9] == digit(weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)) &&
		d[10] == digit(weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) &&
		!uniform(d)
}
