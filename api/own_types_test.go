package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/wire"
)

const (
	typesPath = "/beta/dataClassification/sensitiveTypes"
	badgeID   = "8e4a0b76-5a1f-4d59-9c1b-0f6e1f9a7a21"
	badge     = `{"id":"` + badgeID + `","name":"Badge","patterns":[{"regex":"BDG-\\d{6}"}],"evidence":["badge"],"category":"Premises","countries":["xk"]}`
)

func (a answer) sensitiveType(t testing.TB) wire.SensitiveType {
	t.Helper()
	return decode[wire.SensitiveType](t, a)
}

func TestOwnTypeIsMadeChangedAndDeleted(t *testing.T) {
	s := start(t)
	made := s.want(201, "POST", typesPath, badge)
	got := made.sensitiveType(t)
	if want := "http://example.com" + typesPath + "/" + badgeID; made.Header.Get("Location") != want {
		t.Errorf("Location %q, want %q", made.Header.Get("Location"), want)
	}
	if got.LastModified.IsZero() || got.ETag == "" || got.ETag != made.Header.Get("ETag") {
		t.Errorf("made %s", made.body)
	}
	want := wire.SensitiveType{
		Context: got.Context, ETag: got.ETag, LastModified: got.LastModified,
		ID: badgeID, Name: "Badge", State: "published", ClassificationMethod: "patternMatch", Scope: "fullDocument,partialDocument", SensitiveTypeSource: "tenant",
		Category: "premises", Countries: []string{"XK"}, RecommendedConfidence: 75, ConfidenceLevels: []int{75, 85},
		Patterns: []wire.SensitiveTypePattern{{Regex: `BDG-\d{6}`, Confidence: 75, WithConfidence: 85}}, Evidence: []string{"badge"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	for _, path := range []string{"/v1.0/dataClassification/sensitiveTypes/" + badgeID, typesPath + "('" + strings.ToUpper(badgeID) + "')", "/dataClassification/sensitiveTypes/" + badgeID} {
		if read := s.want(200, "GET", path, "").sensitiveType(t); read.ETag != got.ETag || len(read.Patterns) != 1 {
			t.Errorf("%s: %+v", path, read)
		}
	}
	s.want(412, "PATCH", typesPath+"/"+badgeID, `{"name":"Pass"}`, `If-Match: W/"99"`)
	s.want(412, "DELETE", typesPath+"/"+badgeID, "", `If-Match: W/"x"`)
	changed := s.want(200, "PATCH", typesPath+"/"+badgeID, `{"name":"Pass","evidence":null,"proximity":20}`, "If-Match: "+got.ETag).sensitiveType(t)
	want.Name, want.Evidence, want.Proximity, want.ConfidenceLevels = "Pass", nil, 20, []int{75}
	want.Context, want.ETag, want.LastModified = changed.Context, changed.ETag, changed.LastModified
	if diff := cmp.Diff(want, changed); diff != "" || changed.ETag == got.ETag {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	s.want(400, "PATCH", typesPath+"/"+badgeID, `{"id":"`+anID+`"}`)
	s.want(400, "PATCH", typesPath+"/"+badgeID, `{"patterns":null}`)
	s.want(200, "PATCH", typesPath+"/"+badgeID, `{"description":"of the gate"}`)
	s.want(204, "DELETE", typesPath+"/"+badgeID, "", "If-Match: *")
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		body := ""
		if method == "PATCH" {
			body = `{"name":"x"}`
		}
		if p := s.want(404, method, typesPath+"/"+badgeID, body).problem(t); p.InnerError.Code != "unknownSensitiveType" {
			t.Errorf("%s: %+v", method, p)
		}
	}
}

func TestOwnTypeClashes(t *testing.T) {
	s := start(t)
	s.want(201, "POST", typesPath, badge)
	for _, tt := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"the same again", badge, 200, ""},
		{"another under the id", strings.Replace(badge, "Badge", "Pass", 1), 409, "typeExists"},
		{"a built-in type's id", strings.Replace(badge, badgeID, cardID, 1), 409, "typeExists"},
		{"the name", `{"name":" bADGE","patterns":[{"regex":"x"}]}`, 409, "nameTaken"},
		{"a built-in type's name", `{"name":"credit card number","patterns":[{"regex":"x"}]}`, 409, "nameTaken"},
		{"what the engine refuses", `{"name":"y","patterns":[{"regex":"x"},{"regex":"bad"}]}`, 400, "invalidValue"},
		{"second", `{"name":"second","patterns":[{"regex":"x"}]}`, 201, ""},
		{"third", `{"name":"third","patterns":[{"regex":"x"}]}`, 201, ""},
		{"one too many", `{"name":"fourth","patterns":[{"regex":"x"}]}`, 409, "tooManyTypes"},
	} {
		a := s.call("POST", typesPath, tt.body)
		if a.StatusCode != tt.status || tt.code != "" && a.problem(t).InnerError.Code != tt.code {
			t.Errorf("%s: %d %s, want %d %s", tt.name, a.StatusCode, a.body, tt.status, tt.code)
		}
	}
	for _, call := range [][2]string{{"PATCH", `{"name":"x"}`}, {"DELETE", ""}} {
		if p := s.want(403, call[0], typesPath+"/"+cardID, call[1]).problem(t); p.InnerError.Code != "readOnlyType" {
			t.Errorf("%s of a built-in type: %+v", call[0], p)
		}
	}
}

func TestOwnTypesAreListedBehindTheBuiltInOnes(t *testing.T) {
	s := start(t)
	for _, name := range []string{"zebra", "Alpaca"} {
		s.want(201, "POST", typesPath, `{"name":"`+name+`","patterns":[{"dictionary":["hoof","tail"]}]}`)
	}
	var names []string
	for next := typesPath + "?$top=2&$count=true"; next != ""; {
		page := decode[wire.Collection[wire.SensitiveType]](t, s.want(200, "GET", next, ""))
		if *page.Count != 5 {
			t.Errorf("count %d, want 5", *page.Count)
		}
		for _, own := range page.Value {
			names = append(names, own.Name)
			if len(own.Patterns) != 0 {
				t.Errorf("%s is listed with its patterns", own.Name)
			}
		}
		next = strings.TrimPrefix(page.NextLink, "http://example.com")
	}
	if diff := cmp.Diff([]string{"Alpaca", "zebra"}, names[3:]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	a := s.want(200, "GET", typesPath+"?$skip=4&$select=name,patterns,lastModifiedDateTime", "", "Accept: application/json;odata.metadata=full")
	if !strings.Contains(a.body, `"dictionary":["hoof","tail"]`) || strings.Contains(a.body, "evidence") {
		t.Errorf("selected %s", a.body)
	}
}

func TestOwnTypesBelongToOneTenant(t *testing.T) {
	s := start(t, withTenants)
	s.want(201, "POST", typesPath, badge, "Authorization: acme")
	search := `{"text":"x","sensitiveTypeIds":["` + badgeID + `"]}`
	s.want(202, "POST", textPath, search, "Authorization: acme")
	s.want(202, "POST", textPath, `{"text":"x","categories":["premises"],"countries":["XK"]}`, "Authorization: acme")
	other := "Authorization: other"
	for _, tt := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"GET", typesPath + "/" + badgeID, "", 404, "unknownSensitiveType"},
		{"PATCH", typesPath + "/" + badgeID, `{"name":"x"}`, 404, "unknownSensitiveType"},
		{"DELETE", typesPath + "/" + badgeID, "", 404, "unknownSensitiveType"},
		{"POST", textPath, search, 400, "unknownSensitiveType"},
		{"POST", textPath, `{"text":"x","categories":["premises"]}`, 400, "unknownCategory"},
		{"POST", textPath, `{"text":"x","countries":["XK"]}`, 400, "unknownCountry"},
	} {
		if a := s.call(tt.method, tt.path, tt.body, other); a.StatusCode != tt.status || a.problem(t).InnerError.Code != tt.code {
			t.Errorf("%s %s: %d %s, want %d %s", tt.method, tt.path, a.StatusCode, a.body, tt.status, tt.code)
		}
	}
	if page := decode[wire.Collection[wire.SensitiveType]](t, s.want(200, "GET", typesPath, "", other)); len(page.Value) != len(types) {
		t.Errorf("listed %d, want the built-in types", len(page.Value))
	}
	s.want(201, "POST", typesPath, badge, other) // the same id and name of its own
}

func TestTypeIsTried(t *testing.T) {
	s := start(t)
	test := typesPath + "/test"
	a := s.want(200, "POST", test, `{"sensitiveType":{"patterns":[{"regex":"x"}]},"text":"y"}`)
	if a.body != "{\"classification\":[]}\n" {
		t.Errorf("answer %s", a.body)
	}
	sample := func(n int) string {
		return fmt.Sprintf(`{"sensitiveType":{"patterns":[{"regex":"x"}]},"text":%q}`, strings.Repeat("y", n))
	}
	s.want(200, "POST", test, sample(64<<10))
	for _, tt := range []struct{ body, target, code string }{
		{sample(64<<10 + 1), "text", "contentTooLarge"},
		{`{"text":"y"}`, "sensitiveType", "missingProperty"},
		{`{"sensitiveType":{"patterns":[{"regex":"x"}]}}`, "text", "missingProperty"},
		{`{"sensitiveType":{"patterns":[]},"text":"y"}`, "sensitiveType.patterns", "missingProperty"},
		{`{"sensitiveType":{"patterns":[{"regex":"bad"}]},"text":"y"}`, "sensitiveType.patterns[0].regex", "invalidValue"},
		{`{"sensitiveType":[],"text":"y"}`, "sensitiveType", "invalidValue"},
		{`{"sensitiveTyp":{},"text":"y"}`, "sensitiveTyp", "unknownProperty"},
	} {
		if p := s.call("POST", test, tt.body).problem(t); p.Target != tt.target || p.InnerError.Code != tt.code {
			t.Errorf("%.80s: %+v, want %s at %s", tt.body, p, tt.code, tt.target)
		}
	}
	if got := decode[wire.Collection[wire.SensitiveType]](t, s.want(200, "GET", typesPath, "")); len(got.Value) != len(types) {
		t.Errorf("%d types after a test", len(got.Value))
	}
}

func TestTestThatTakesTooLongIsTheCallersFault(t *testing.T) {
	s := start(t, func(o *api.Options) { o.Deadline = 1 })
	if p := s.want(400, "POST", typesPath+"/test", `{"sensitiveType":{"patterns":[{"regex":"x"}]},"text":"long"}`).problem(t); p.InnerError.Code != "testTooSlow" {
		t.Errorf("%+v", p)
	}
}

func TestOwnTypesInABatch(t *testing.T) {
	s := start(t)
	a := s.want(200, "POST", "/beta/$batch", `{"requests":[
		{"id":"1","method":"POST","url":"/dataClassification/sensitiveTypes","headers":{"Content-Type":"application/json"},"body":`+badge+`},
		{"id":"2","method":"GET","url":"/dataClassification/sensitiveTypes/`+badgeID+`","dependsOn":["1"]},
		{"id":"3","method":"DELETE","url":"/dataClassification/sensitiveTypes/`+badgeID+`","dependsOn":["2"]}]}`)
	var statuses []int
	batch := decode[struct {
		Responses []struct {
			ID     string
			Status int
		}
	}](t, a)
	slices.SortFunc(batch.Responses, func(a, b struct {
		ID     string
		Status int
	}) int {
		return strings.Compare(a.ID, b.ID)
	})
	for _, r := range batch.Responses {
		statuses = append(statuses, r.Status)
	}
	if diff := cmp.Diff([]int{201, 200, 204}, statuses); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestOwnTypesWhileTheStoreIsAway(t *testing.T) {
	s := start(t)
	s.redis.Close()
	s.away.Store(true)
	for _, call := range [][3]string{{"GET", "", ""}, {"POST", "", badge}, {"PATCH", "/" + badgeID, `{"name":"x"}`}, {"DELETE", "/" + badgeID, ""}} {
		if a := s.want(503, call[0], typesPath+call[1], call[2]); a.Header.Get("Retry-After") == "" {
			t.Errorf("%v: no Retry-After", call)
		}
	}
	s.want(200, "GET", typesPath+"/"+cardID, "")
}

func TestServiceWithoutAStoreOfTenantsHasTheBuiltInTypes(t *testing.T) {
	s := start(t, func(o *api.Options) { o.Tenants = nil })
	s.want(200, "GET", typesPath, "")
	s.want(404, "GET", typesPath+"/"+badgeID, "")
	s.want(404, "DELETE", typesPath+"/"+badgeID, "")
	s.want(http.StatusForbidden, "POST", typesPath, badge)
}
