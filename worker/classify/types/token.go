package types

import (
	"hash/crc32"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// A token is how one service writes its keys: a prefix and what follows it.
type token struct {
	slug, name string
	prefixes   []string          // the first two characters of each are letters or digits
	dashed     bool              // '-' and '.' may stand within, beside letters, digits and '_'
	min, max   int               // characters behind the prefix
	check      func(string) bool // of prefix and secret
	sample     string
}

// tokens are the keys whose services publish a prefix, so that scanners find
// them: by each service's documentation of its key or token format. Where that
// is silent on the length, it is what the service has been seen to give out.
func tokens() []*classify.Type {
	var ts []*classify.Type
	for _, k := range tokenKinds {
		ts = append(ts, &classify.Type{
			ID:          own(k.slug),
			Name:        k.name,
			Description: "Secrets: " + k.name + ".",
			Publisher:   publisher,
			Category:    classify.CategoryCredential,
			Recommended: 85,
			Rules: []classify.Rule{{
				Shape:    k.shape(),
				Check:    k.found,
				Strength: classify.Structure,
				Alone:    85,
				With:     85,
			}},
			Value:  verbatim,
			Finds:  []classify.Sample{{Text: `key = "` + k.sample + `"`, Match: k.sample, Confidence: 85}, {Text: "token:" + k.sample + "\n", Match: k.sample, Confidence: 85}},
			Leaves: []string{k.sample[:len(k.prefixes[0])+4], k.prefixes[0] + strings.Repeat("x", k.min), k.prefixes[0] + "EXAMPLE" + k.sample[len(k.prefixes[0])+7:], "x" + k.sample},
		})
	}
	return ts
}

// shape is the word that the prefix begins, up to its first hyphen or dot.
func (k *token) shape() classify.Word {
	w := classify.Word{Before: 1, After: len(k.prefixes[0]) + k.max + 16}
	for _, p := range k.prefixes {
		if i := strings.IndexAny(p, "-."); i >= 0 {
			p = p[:i]
			w.Max = max(w.Max, i)
			if w.Min == 0 || i < w.Min {
				w.Min = i
			}
		}
		w.Starts = append(w.Starts, p)
	}
	if w.Min == 0 && !k.dashed {
		w.Min, w.Max = len(k.prefixes[0])+k.min, len(k.prefixes[0])+k.max
	}
	return w
}

func (k *token) found(c *classify.Candidate) bool {
	s := c.Text[c.Start:]
	for _, p := range k.prefixes {
		rest, ok := strings.CutPrefix(s, p)
		if !ok {
			continue
		}
		n := 0
		for n < len(rest) && (wordByte(rest[n]) || k.dashed && (rest[n] == '-' || rest[n] == '.')) {
			n++
		}
		for n > 0 && rest[n-1] == '.' { // the sentence's
			n--
		}
		if n < k.min || n > k.max || c.Before() == '-' || c.Before() == '/' && k.dashed {
			continue
		}
		secret := rest[:n]
		if placeholder(secret) || entropy(secret) < 3 || k.check != nil && !k.check(p+secret) {
			continue
		}
		c.End = c.Start + len(p) + n
		return true
	}
	return false
}

var tokenKinds = []token{
	{
		slug: "github-token", name: "GitHub Token", prefixes: []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, min: 36, max: 76, check: githubForm,
		sample: "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",
	},
	{
		slug: "github-fine-grained-token", name: "GitHub Fine-grained Token", prefixes: []string{"github_pat_"}, min: 82, max: 82, check: func(s string) bool { return s[len("github_pat_")+22] == '_' },
		sample: "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",
	},
	{slug: "gitlab-token", name: "GitLab Token", prefixes: []string{"glpat-", "gloas-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glwt-", "glsoat-", "glffct-"}, dashed: true, min: 20, max: 320, sample: "glpat-Zk3vQ9xLm2Rt7HsWbY4p"},
	{slug: "npm-token", name: "npm Access Token", prefixes: []string{"npm_"}, min: 36, max: 36, check: crcTail, sample: "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"},
	{
		slug: "pypi-token", name: "PyPI API Token", prefixes: []string{"pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZw"}, dashed: true, min: 50, max: 1000,
		sample: "pypi-AgEIcHlwaS5vcmcCJDY3ZjlkMzE0LTE2YTItNGQ4Ni05YjA3LWUzZjVhOGM0YmQ2MQACKlszLCJhMTVmNzkyYyJd",
	},
	{slug: "slack-token", name: "Slack Token", prefixes: []string{"xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-", "xoxe-", "xoxe.xoxp-", "xoxe.xoxb-", "xapp-"}, dashed: true, min: 24, max: 250, check: slackForm, sample: "xoxb-263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"},
	{slug: "stripe-key", name: "Stripe API Key", prefixes: []string{"sk_live_", "rk_live_", "sk_test_", "rk_test_"}, min: 16, max: 247, sample: "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dcMvKq82"},
	{slug: "anthropic-key", name: "Anthropic API Key", prefixes: []string{"sk-ant-api03-", "sk-ant-admin01-", "sk-ant-oat01-"}, dashed: true, min: 80, max: 120, sample: "sk-ant-api03-Q7vT2mXcR9bLk4ZsHy1NwGf8PdJe5UaKo3SiWq6CxBvMt0YrEzLhDg7NuFp2AjRkVs9TbQwXy4ZmHc8LnGd1JfPeUo5K3iSqWxAA"},
	{
		slug: "openai-key", name: "OpenAI API Key", prefixes: []string{"sk-proj-", "sk-svcacct-", "sk-admin-", "sk-"}, dashed: true, min: 48, max: 200, check: openAIForm,
		sample: "sk-proj-Zk3vQ9xLm2Rt7HsWbY4pT3BlbkFJnCd8GfJe5UaKo3SiWq6CxBvMt0",
	},
	{slug: "hugging-face-token", name: "Hugging Face Token", prefixes: []string{"hf_", "api_org_"}, min: 34, max: 37, sample: "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"},
	{slug: "sendgrid-key", name: "SendGrid API Key", prefixes: []string{"SG."}, dashed: true, min: 66, max: 66, check: sendGridForm, sample: "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"},
	{slug: "twilio-key", name: "Twilio API Key", prefixes: []string{"SK", "AC"}, min: 32, max: 32, check: hexTail, sample: "SK" + "3f9a1c7e5b2d8046af31c97e0b5d2846"},
	{slug: "google-api-key", name: "Google API Key", prefixes: []string{"AIza"}, dashed: true, min: 35, max: 35, sample: "AIzaZk3vQ9xLm2Rt7HsWbY4pTnCd8GfJe5UaKo3"},
	{slug: "google-oauth-secret", name: "Google OAuth Client Secret", prefixes: []string{"GOCSPX-"}, dashed: true, min: 28, max: 28, sample: "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"},
	{slug: "digitalocean-token", name: "DigitalOcean Token", prefixes: []string{"dop_v1_", "doo_v1_", "dor_v1_"}, min: 64, max: 64, check: hexBody, sample: "dop_v1_3f9a1c7e5b2d8046af31c97e0b5d28463f9a1c7e5b2d8046af31c97e0b5d2846"},
	{slug: "shopify-token", name: "Shopify Token", prefixes: []string{"shpat_", "shpca_", "shppa_", "shpss_"}, min: 32, max: 32, check: hexBody, sample: "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"},
	{slug: "docker-token", name: "Docker Hub Token", prefixes: []string{"dckr_pat_", "dckr_oat_"}, dashed: true, min: 27, max: 32, sample: "dckr_pat_Zk3vQ9xLm2Rt7HsWbY4pTnCd8Gf"},
	{slug: "databricks-token", name: "Databricks Token", prefixes: []string{"dapi"}, min: 32, max: 32, check: hexTail, sample: "dapi3f9a1c7e5b2d8046af31c97e0b5d2846"},
	{
		slug: "github-installation-token", name: "GitHub App Installation Token", prefixes: []string{"ghs_"}, dashed: true, min: 100, max: 1000, check: statelessForm,
		sample: "ghs_" + "481516_eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJub3J0aCIsImlhdCI6MTc3ODAwMDAwMH0.u8jzPde0IgxLd6GncfBAepfJBd0Kh8oOOL8dKLzdocJ2isAjIhKtJ0RlgLKOmxgJ",
	},
	{
		slug: "hashicorp-vault-token", name: "HashiCorp Vault Token", prefixes: []string{"hvs.", "hvb.", "hvr."}, dashed: true, min: 24, max: 300, check: vaultForm,
		sample: "hvs." + "TeKdNnFRIBXuDL7DxtpYlSXp",
	},
	{
		slug: "grafana-token", name: "Grafana Token", prefixes: []string{"glsa_"}, min: 41, max: 41,
		sample: "glsa_" + "fKtHF4vUCsMehGAkWvj7FAc9QeWJKY40_aabfe228",
	},
	{
		slug: "linear-key", name: "Linear API Key", prefixes: []string{"lin_api_"}, min: 40, max: 40,
		sample: "lin_api_" + "ESQedUStPKR0CsTy4Qwb8DwkNhFdnXsiVpzz63Ff",
	},
	{
		slug: "notion-token", name: "Notion Token", prefixes: []string{"ntn_"}, min: 46, max: 46,
		sample: "ntn_" + "27684268465R4y9ojfljoQoaF1LlqsajAIxNKu8iS2G8NP",
	},
	{
		slug: "postman-key", name: "Postman API Key", prefixes: []string{"PMAK-"}, dashed: true, min: 59, max: 59,
		sample: "PMAK-" + "1ecccc3fc1626e53a13043b0-26c48bbf33feff9243a8f506b40928b5b7",
	},
	{
		slug: "pulumi-token", name: "Pulumi Access Token", prefixes: []string{"pul-"}, dashed: true, min: 40, max: 40, check: hexBody,
		sample: "pul-" + "a767c76fb008f86bebb2737f6a6f0fb23c6f5da2",
	},
	{
		slug: "rubygems-key", name: "RubyGems API Key", prefixes: []string{"rubygems_"}, min: 48, max: 48, check: hexBody,
		sample: "rubygems_" + "cec255404e4fb440034d6608697a8d41bed440e50454f31a",
	},
	{
		slug: "sentry-token", name: "Sentry User Token", prefixes: []string{"sntryu_"}, min: 64, max: 64, check: hexBody,
		sample: "sntryu_" + "f3176813e02ea68ef786e4d3cea27d26934b484e73cf575dcad6ba2b0aee0ca9",
	},
	{
		slug: "heroku-key", name: "Heroku API Key", prefixes: []string{"HRKU-AA"}, dashed: true, min: 58, max: 58,
		sample: "HRKU-AA" + "G9eh6Yo4gfqrc5XlrWi0B26R08qzjI6GKFSufrdZSlB5er8bOfZqfM2oeq",
	},
	{
		slug: "planetscale-token", name: "PlanetScale Token", prefixes: []string{"pscale_tkn_", "pscale_pw_", "pscale_oauth_"}, dashed: true, min: 32, max: 64,
		sample: "pscale_tkn_" + "3hDavJA76rNicHTp8hkqdlm7tOtHWnsCGRlrwZbqcab",
	},
	{
		slug: "doppler-token", name: "Doppler Token", prefixes: []string{"dp.pt."}, dashed: true, min: 43, max: 43,
		sample: "dp.pt." + "UGJmGEp7CgQ0PBQFI14zGtSnovm14TUOizwd1iaeOV4",
	},
	{
		slug: "perplexity-key", name: "Perplexity API Key", prefixes: []string{"pplx-"}, dashed: true, min: 48, max: 48,
		sample: "pplx-" + "qBkdfQ1y3GQsMpSscDlkrCaqx9vJupc94tnwlavyfErGPmpG",
	},
	{
		slug: "new-relic-key", name: "New Relic User Key", prefixes: []string{"NRAK-"}, dashed: true, min: 27, max: 27,
		sample: "NRAK-" + "AFQFJZCZBTTOF7JYU5JSJC616I7",
	},
}

// githubForm reports whether a token has 36 characters that end in their sum, or
// is one to refresh others with, which has 76.
func githubForm(s string) bool {
	return len(s) == 40 && crcTail(s) || len(s) == 80 && strings.HasPrefix(s, "ghr_")
}

// statelessForm reports whether the secret is a JSON Web Token behind the number
// of the app that it was made for.
func statelessForm(s string) bool {
	app, token, _ := strings.Cut(s[len("ghs_"):], "_")
	return app != "" && strings.Trim(app, decimals) == "" && strings.HasPrefix(token, "eyJ") && strings.Count(token, ".") == 2
}

// vaultForm reports whether the secret is as long as Vault's: 24 characters, or
// 90 and more that hold state.
func vaultForm(s string) bool {
	n := len(s) - len("hvs.")
	return (n == 24 || n >= 90) && strings.IndexByte(s[len("hvs."):], '.') < 0
}

// hexBody reports whether what follows the last '_' or '-' of the prefix is hexadecimal.
func hexBody(s string) bool {
	for _, b := range []byte(s[strings.LastIndexAny(s, "_-")+1:]) {
		if !isHex(b) {
			return false
		}
	}
	return true
}

// crcTail reports whether the last six characters are, in base 62, the CRC-32 of
// those between them and the prefix, as GitHub and npm make their tokens.
func crcTail(s string) bool {
	const alphabet = decimals + capitals + "abcdefghijklmnopqrstuvwxyz"
	body := s[strings.IndexByte(s, '_')+1:]
	sum := crc32.ChecksumIEEE([]byte(body[:len(body)-6]))
	for i := len(body) - 1; i >= len(body)-6; i-- {
		if body[i] != alphabet[sum%62] {
			return false
		}
		sum /= 62
	}
	return true
}

// slackForm wants a digit in what follows the kind: workspaces are numbered.
func slackForm(s string) bool { return strings.ContainsAny(s[5:], decimals) }

// openAIForm reports whether the middle that OpenAI gives its keys is there, or
// the key is of the first kind, 48 letters and digits.
func openAIForm(s string) bool {
	return strings.Contains(s, "T3BlbkFJ") || len(s) == 51 && !strings.ContainsAny(s[3:], "-_.")
}

// sendGridForm reports whether the two parts have 22 and 43 characters.
func sendGridForm(s string) bool {
	return s[3+22] == '.' && strings.Count(s, ".") == 2
}

// hexTail reports whether the last 32 characters are hexadecimal in small letters.
func hexTail(s string) bool {
	for _, b := range []byte(s[len(s)-32:]) {
		if !isHex(b) || b < 'a' && b > '9' {
			return false
		}
	}
	return true
}
