package types

import (
	"slices"
	"testing"

	"github.com/classifyd/classifyd/worker/classify"
)

func TestEveryTypeFindsItsSamplesAndLeavesTheRest(t *testing.T) {
	e, err := classify.New(All())
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range e.Types() {
		if len(typ.Finds) == 0 || len(typ.Leaves) == 0 || typ.Description == "" || typ.Publisher == "" || typ.Category == "" || typ.Recommended == 0 {
			t.Errorf("%s: samples, description, publisher, category and recommendation are needed", typ.Name)
		}
		opt := classify.Options{Types: []string{typ.ID}}
		for _, s := range typ.Finds {
			matches := scan(t, e, s.Text, opt)
			if !slices.ContainsFunc(matches, func(m classify.Match) bool { return m.Text == s.Match && m.Confidence == s.Confidence }) {
				t.Errorf("%s in %q: found %v, want %q at %d", typ.Name, s.Text, matches, s.Match, s.Confidence)
			}
		}
		for _, text := range typ.Leaves {
			if matches := scan(t, e, text, opt); len(matches) > 0 {
				t.Errorf("%s in %q: found %v, want nothing", typ.Name, text, matches)
			}
		}
	}
}

func TestSamplesKeepTheirTypeAmongAllTypes(t *testing.T) {
	e, err := classify.New(All())
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range e.Types() {
		if len(typ.Members) > 0 {
			continue
		}
		for _, s := range typ.Finds {
			res, err := e.Scan(t.Context(), s.Text, classify.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(res.Findings, func(f classify.Finding) bool {
				return f.Type == typ && slices.ContainsFunc(f.Matches, func(m classify.Match) bool { return m.Text == s.Match })
			}) {
				t.Errorf("%q: no %s among %v", s.Text, typ.Name, res.Findings)
			}
		}
	}
}

func scan(t *testing.T, e *classify.Engine, text string, opt classify.Options) []classify.Match {
	t.Helper()
	res, err := e.Scan(t.Context(), text, opt)
	if err != nil {
		t.Fatal(err)
	}
	var all []classify.Match
	for _, f := range res.Findings {
		all = append(all, f.Matches...)
	}
	return all
}

// TestIDsStay pins the IDs that are derived from slugs: clients store them.
func TestIDsStay(t *testing.T) {
	for slug, want := range map[string]string{
		"email-address":                      "709a7c80-3e90-5082-806e-070bcd75a2d7",
		"phone-number":                       "a665000f-7d68-5ccc-8839-120bd49d6b69",
		"aws-access-key-id":                  "e37ceccb-6015-561b-9925-30068a2ad707",
		"aws-secret-access-key":              "173c3dbc-33f8-59a5-b2c9-473e186166c3",
		"private-key-block":                  "0b583a5f-cca0-525f-9a65-f15223472342",
		"anthropic-key":                      "a398ffc0-6055-5a2d-8d21-1235bf22a4bd",
		"bitcoin-address":                    "3cc859c6-839e-55f4-b5b4-42abb0492d42",
		"cusip":                              "35d38c8d-2347-50db-bf87-f3b83e389685",
		"databricks-token":                   "ec3d4f3c-94d4-5d0f-9942-7640207d1049",
		"digitalocean-token":                 "0fcfead3-668f-51dd-9dec-dbdcaa56f676",
		"docker-token":                       "7aefed5b-b551-5ca4-83f5-2fe342db681f",
		"ethereum-address":                   "49a9b717-5735-52a4-9b7e-90059104d9b7",
		"github-fine-grained-token":          "a1dd0a73-d199-557a-966b-4800076f31d0",
		"github-token":                       "1aff8ea5-373e-5010-86b9-f79f8ccc4129",
		"gitlab-token":                       "c14c4c82-58ef-559a-aecd-c80316d8e5d1",
		"google-api-key":                     "f772cf8d-3604-51f9-9f6b-ba07ec3bcca3",
		"google-oauth-secret":                "0834ebf9-bde3-56e4-ac2c-54d9c8da941a",
		"hugging-face-token":                 "02437549-7479-5efe-b7d9-f0af7908ece2",
		"imei":                               "53651217-2fd6-528a-896c-522e3df375c8",
		"isin":                               "2916911c-d48a-55cd-be7b-20bd0ddd7d76",
		"json-web-token":                     "d77e29be-2928-55d1-8a6e-4c4a7c0109d7",
		"lei":                                "62c177e3-9db3-54fe-afdd-2f129346b306",
		"mac-address":                        "a28c025b-74f9-5222-88bd-9e7beacc3255",
		"npm-token":                          "aec4f4ab-6637-50d7-9334-f265fdc2e87f",
		"openai-key":                         "971b00a6-04b3-5e1f-b523-9e800f5a0daa",
		"pypi-token":                         "d3004540-a9ee-55c9-8b51-342a4cb0ed47",
		"sendgrid-key":                       "be8411a0-2d68-525c-a7bf-08cebbf7dc00",
		"shopify-token":                      "f9902dce-859a-5173-9514-4cd7b073bdc5",
		"slack-token":                        "84bccd49-0c7b-55a8-895a-33c32bb2d535",
		"stripe-key":                         "4bb9d873-f427-5730-879c-8d2dbf8cd429",
		"twilio-key":                         "c9d2de83-0960-5044-a315-e6fca3719a05",
		"uk-postcode":                        "3b0aaf44-a08d-520f-a388-e3e36f5bacb7",
		"url-with-password":                  "d9591008-34b9-5f24-bfe7-713fb16fe055",
		"us-employer-identification-number":  "70d787a2-94b4-5407-ba67-17c91464b75f",
		"us-national-provider-identifier":    "dbc4496d-412c-5863-9fd7-2a5461f9fcd7",
		"vehicle-identification-number":      "32389392-4f83-5d75-8cdc-406c5b0d13d7",
		"url":                                "ceeddfbe-7b23-57d7-b03b-383ec379c8a8",
		"date-of-birth":                      "187b5bda-5d07-50b3-b090-caa776c401b6",
		"machine-readable-zone":              "1d8ad8f1-bf04-5c6c-8881-29379fbea4e4",
		"password-assignment":                "b1fd15e1-8d49-52f6-a6f5-033af85bef4a",
		"http-authorization-header":          "a2eb5b8a-8ea5-5648-9f99-383bdaa4c3c2",
		"google-service-account-key":         "ea98cbec-27d1-52e8-96f0-0e3eb911d749",
		"india-passport-number":              "f322bc1c-0dbd-5ad4-b1f0-f18df96c0408",
		"uk-vehicle-registration":            "14628ba5-ebd7-51e8-8ac8-ea5f7ad96006",
		"india-vehicle-registration":         "cab6d45f-8507-51c0-addf-6285adca4a8c",
		"turkey-vehicle-registration":        "3c7cbb99-0c08-512f-ad92-4b6044725b80",
		"nigeria-vehicle-registration":       "9d658b42-5a07-50aa-8811-1a4d2a1e539a",
		"germany-vehicle-registration":       "e75f9e5e-eae3-5c08-befd-8b860c804fc2",
		"germany-practice-number":            "851fecd3-51c1-50db-b6d3-3026fb167b68",
		"germany-commercial-register-number": "1d65760d-b579-50b1-8a81-0aed8526eabe",
		"germany-postcode":                   "e5fd7610-816f-520b-83bf-c98432615f19",
		"github-installation-token":          "2df3328a-56c4-5823-bba3-8127651c81d8",
		"hashicorp-vault-token":              "1c14fb5f-89fc-590c-877b-e610359ced4f",
		"grafana-token":                      "e2baa0df-f1f7-5616-af3f-73a758270545",
		"linear-key":                         "416957a5-9f55-52d3-a2e5-d3a67ad789e7",
		"notion-token":                       "180748af-974b-54a0-8a91-22a0cf6cdf06",
		"postman-key":                        "5ec99ec7-2520-56f9-a95e-2c014e4c64df",
		"pulumi-token":                       "05ba9642-21e9-5deb-9c57-ba16d9377dbf",
		"rubygems-key":                       "46491039-651f-5375-90ec-922d1df29f8c",
		"sentry-token":                       "17f41a4f-e8ac-59f3-bcf8-e0fe0cdc7be3",
		"heroku-key":                         "07b38a22-2588-51dc-a2c0-9fa4c8454e8d",
		"planetscale-token":                  "ce6678bf-661e-5299-bf60-f7d20c4f6dd3",
		"doppler-token":                      "5baba5a3-9852-5285-af3c-c34bc46892a8",
		"perplexity-key":                     "c4c80033-0fce-5a5c-9e86-eba00a6c14e4",
		"new-relic-key":                      "d241e8b4-514b-5a24-a131-3c8485ebd4c8",
	} {
		if got := own(slug); got != want {
			t.Errorf("own(%q) = %s, want %s", slug, got, want)
		}
	}
}

func TestPhoneNumbersAreValidInTheirPlans(t *testing.T) {
	e, err := classify.New(All())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ text, want string }{
		{"Tel: 020 7946 0958", "020 7946 0958"},
		{"mobile (+33) 6 12 34 56 78", "(+33) 6 12 34 56 78"},
		{"mobile +33 6 12 34 56 78", "+33 6 12 34 56 78"},
		{"call 1-212-555-2368 or 212.555.2369", "1-212-555-2368"},
		{"call +1 (212) 555-2368", "+1 (212) 555-2368"},
		{"Tel. 0171 2345678", "0171 2345678"},
		{"tel:+12125552368", "+12125552368"},
		{"携帯 090-1234-5678", "090-1234-5678"},
		{"call 212-555-2368-99", ""},
		{"call 5.2125552368", ""},
	} {
		got := ""
		if m := scan(t, e, tt.text, classify.Options{Types: []string{own("phone-number")}}); len(m) > 0 {
			got = m[0].Text
		}
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}
