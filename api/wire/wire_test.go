package wire_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/classifyd/classifyd/api/wire"
)

const most = 1000 // bytes of content

var limits = wire.Limits{Text: most, File: most}

func TestBodyMustBeOneWellFormedObject(t *testing.T) {
	for _, tt := range []struct{ name, body, target, message string }{
		{"nothing", ``, "", "the body must be a JSON object"},
		{"an array", `[]`, "", "the body must be a JSON object"},
		{"a string", `"x"`, "", "the body must be a JSON object"},
		{"an open object", `{`, "", "the JSON ends too early"},
		{"a name without a value", `{"a"}`, "", "the JSON is malformed at byte 4"},
		{"a name without quotes", `{a:1}`, "", "the JSON is malformed at byte 1"},
		{"a comma at the end", `{"a":1,}`, "", "the JSON is malformed at byte 7"},
		{"a comma at an array's end", `{"a":[1,]}`, "a[1]", "the JSON is malformed at byte 8"},
		{"two objects", `{} {}`, "", "the body goes on after its JSON object, at byte 3"},
		{"a zero byte at the end", "{}\x00", "", "the body goes on after its JSON object, at byte 2"},
		{"a name twice", `{"a":1,"a":2}`, "a", `"a" stands twice in one object`},
		{"a name twice, once escaped", `{"a":1,"\u0061":2}`, "a", `"a" stands twice in one object`},
		{"a name twice, deep inside", `{"b":[{"a":1,"a":2}]}`, "b[0].a", `"a" stands twice in one object`},
		{"bad UTF-8", "{\"a\":\"\xff\"}", "", "the body must be UTF-8"},
		{"half a character", `{"a":"\ud83d"}`, "a", "the JSON has an unpaired surrogate before byte 12"},
		{"half a character before another escape", `{"a":"\ud83d\n"}`, "a", "the JSON has an unpaired surrogate before byte 12"},
		{"the second half alone", `{"a":"\ude00"}`, "a", "the JSON has an unpaired surrogate before byte 12"},
		{"an unknown escape", `{"a":"\x"}`, "a", "the JSON is malformed at byte 6"},
		{"a short escape", `{"a":"\u12"}`, "a", "the JSON is malformed at byte 6"},
		{"a newline in a string", "{\"a\":\"\n\"}", "a", "the JSON is malformed at byte 6"},
		{"a number with a zero in front", `{"a":01}`, "", "the JSON is malformed at byte 6"},
		{"a number that is only a sign", `{"a":-}`, "a", "the JSON is malformed at byte 6"},
		{"a number that ends in a point", `{"a":1.}`, "a", "the JSON is malformed at byte 7"},
		{"a number without an exponent", `{"a":1e}`, "a", "the JSON is malformed at byte 7"},
		{"a word", `{"a":nul}`, "a", "the JSON is malformed at byte 5"},
		{"NaN", `{"a":NaN}`, "a", "the JSON is malformed at byte 5"},
		{"a comment", `{/**/}`, "", "the JSON is malformed at byte 1"},
		{"65 levels", strings.Repeat(`{"a":`, 64) + `{}` + strings.Repeat(`}`, 64), strings.Repeat("a.", 64)[:127] + "...", "the JSON is nested deeper than 64"},
	} {
		_, err := wire.ParseJob([]byte(tt.body), limits)
		e, ok := errors.AsType[*wire.InvalidError](err)
		if !ok || e.Code != wire.MalformedBody {
			t.Errorf("%s: got %v, want a malformed body", tt.name, err)
			continue
		}
		if e.Message != tt.message {
			t.Errorf("%s: message is %q, want %q", tt.name, e.Message, tt.message)
		}
		if tt.name != "65 levels" && e.Target != tt.target {
			t.Errorf("%s: target is %q, want %q", tt.name, e.Target, tt.target)
		}
	}
}

func TestSixtyFourLevelsAreNotTooDeep(t *testing.T) {
	body := `{"type":"x","request":` + strings.Repeat(`{"a":`, 62) + `{}` + strings.Repeat(`}`, 63)
	if _, err := wire.ParseJob([]byte(body), limits); err != nil {
		t.Errorf("64 levels: %v", err)
	}
}

func TestJobRequestTakesOnlyWhatIsTheClients(t *testing.T) {
	req, err := wire.ParseJob([]byte(`{
		"@odata.type": "#microsoft.graph.jobResponseBase", "id": "324D1724-1724-324D-2417-4D3224174D32",
		"type": "CLASSIFYTEXT", "status": 7, "creationDateTime": "yesterday", "error": [], "result": null,
		"priority": "High", "tenantId": "contoso", "somethingNew": {},
		"request": {"text": "a\u0062c", "fileExtension": ".TXT", "@odata.type": "#microsoft.graph.textClassificationRequest",
			"sensitiveTypeIds@odata.type": "#Collection(String)",
			"sensitiveTypeIds": ["50842EB7-EDC8-4019-85DD-5A5C1F2BB085", "0e9b3178-9678-47dd-a509-37222ca96b42", "50842eb7-edc8-4019-85dd-5a5c1f2bb085"],
			"scopesToRun": "partialDocument, FULLDOCUMENT", "matchTolerancesToInclude": ["near"],
			"contentMetaData": {"sourceId": "x"}, "embeddings": [], "minConfidence": 75, "explain": true, "countries": ["us", "DE", "US"], "categories": ["Financial"],
			"allowList": {"patterns": ["^4111", "^4111"], "values": ["b", "a"]}}
	}`), limits)
	if err != nil {
		t.Fatal(err)
	}
	if req.ID != "324d1724-1724-324d-2417-4d3224174d32" || req.Type != "classifyText" || req.Priority != "high" || req.TenantID != "contoso" {
		t.Errorf("got %+v", req)
	}
	want := `{"text":"abc","fileExtension":"txt","sensitiveTypeIds":["0e9b3178-9678-47dd-a509-37222ca96b42","50842eb7-edc8-4019-85dd-5a5c1f2bb085"],` +
		`"scopesToRun":"fullDocument,partialDocument","matchTolerancesToInclude":"near","countries":["DE","US"],"categories":["financial"],"minConfidence":75,"allowList":{"values":["a","b"],"patterns":["^4111"]},"explain":true}`
	if got := string(req.Request); got != want {
		t.Errorf("request is\n%s, want\n%s", got, want)
	}
}

func TestRequestsThatAskForTheSameHaveTheSameBytes(t *testing.T) {
	var first string
	for _, body := range []string{
		`{"text":"<é>","sensitiveTypeIds":[],"scopesToRun":null,"allowList":{"values":[]}}`,
		`{ "text" : "\u003c\u00e9\u003E" }`,
		`{"embeddings":[1],"text":"<é>","minConfidence":0,"explain":false}`,
	} {
		req, err := wire.ParseText([]byte(body), limits)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if first == "" {
			first = string(req.Request)
		}
		if got := string(req.Request); got != first {
			t.Errorf("%s: request is %s, want %s", body, got, first)
		}
	}
}

func TestRequestOfAnotherTypeIsPassedOnAsItIs(t *testing.T) {
	req, err := wire.ParseJob([]byte(`{"type":"invoice","request":{ "b": 1.50, "a": ["\u0041", null] }}`), limits)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(req.Request), `{"b":1.50,"a":["\u0041",null]}`; got != want {
		t.Errorf("request is %s, want %s", got, want)
	}
}

func TestTextMayBeAsLongAsTheLimitHoweverItIsEscaped(t *testing.T) {
	for _, tt := range []struct {
		char string
		n    int
		ok   bool
	}{{"x", most, true}, {"x", most + 1, false}, {`\u0078`, most, true}, {"é", most / 2, true}, {"é", most/2 + 1, false}} {
		_, err := wire.ParseText([]byte(`{"text":"`+strings.Repeat(tt.char, tt.n)+`"}`), limits)
		e, refused := errors.AsType[*wire.InvalidError](err)
		if refused == tt.ok || refused && (e.Code != wire.ContentTooLarge || e.Target != "text") {
			t.Errorf("%d times %s: %v", tt.n, tt.char, err)
		}
	}
}

func TestTextJobIsARequestOrAJobWithOne(t *testing.T) {
	for _, body := range []string{
		`{"text":"x"}`,
		`{"request":{"text":"x"}}`,
		`{"type":"ClassifyText","request":{"text":"x"}}`,
	} {
		req, err := wire.ParseTextJob([]byte(body), limits)
		if err != nil || req.Type != "classifyText" || string(req.Request) != `{"text":"x"}` {
			t.Errorf("%s: got %+v, %v", body, req, err)
		}
	}
}

func TestMadeUpNamesDoNotFillTheAnswer(t *testing.T) {
	name := strings.Repeat("ü", 5000)
	for _, body := range []string{`{"text":"x","` + name + `":1}`, `{"` + name + `":1,"` + name + `":2}`, `{"` + name + `":[{"a":x}]}`} {
		_, err := wire.ParseText([]byte(body), limits)
		e, ok := errors.AsType[*wire.InvalidError](err)
		if !ok {
			t.Fatalf("got %v", err)
		}
		if len(e.Target) > 600 || len(e.Message) > 600 {
			t.Errorf("target has %d bytes, message %d", len(e.Target), len(e.Message))
		}
	}
}

func TestTimeIsUTCWithUpToSevenDigits(t *testing.T) {
	east := time.FixedZone("", 3*3600)
	for _, tt := range []struct {
		in   time.Time
		want string
	}{
		{time.Date(2017, 1, 1, 0, 1, 50, 314055499, east), `"2016-12-31T21:01:50.3140554Z"`},
		{time.Date(2017, 1, 1, 0, 1, 50, 310000000, time.UTC), `"2017-01-01T00:01:50.31Z"`},
		{time.Date(2017, 1, 1, 0, 1, 50, 99, time.UTC), `"2017-01-01T00:01:50Z"`},
	} {
		got, err := json.Marshal(wire.Time{Time: tt.in})
		if err != nil || string(got) != tt.want {
			t.Errorf("%v: got %s, %v, want %s", tt.in, got, err, tt.want)
		}
		var back wire.Time
		if err := json.Unmarshal(got, &back); err != nil || !back.Equal(tt.in.Truncate(100)) {
			t.Errorf("%s: read back as %v, %v", got, back, err)
		}
	}
}

func TestJobLeavesOutWhatItHasNot(t *testing.T) {
	got, err := json.Marshal(wire.Job{ODataType: wire.JobType, ID: "i", Type: "t", Status: "notStarted"})
	want := `{"@odata.type":"#microsoft.graph.jobResponseBase","id":"i","type":"t","status":"notStarted","progress":0,"attempts":0}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"type":"Type value"}`, `{"text":"x","sensitiveTypeIds":["50842eb7-edc8-4019-85dd-5a5c1f2bb085"]}`, `{"file":"aGVsbG8_"}`, `{"type":"classifyfile","request":{"file":"AA=="}}`,
		`{"request":{"text":"\ud83d\ude00"}}`, `{"status":"canceled"}`, `{"a":[1,-2.5e+3,true,null,{"b":"\\"}]}`, `{"@odata.id":"x"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for name, parse := range map[string]func([]byte, wire.Limits) (*wire.JobRequest, error){
			"job": wire.ParseJob, "text": wire.ParseText, "text job": wire.ParseTextJob,
			"file": wire.ParseFile, "file job": wire.ParseFileJob,
		} {
			req, err := parse(body, limits)
			if err != nil {
				if _, ok := errors.AsType[*wire.InvalidError](err); !ok {
					t.Errorf("%s: %T is not an InvalidError", name, err)
				}
				continue
			}
			if !json.Valid(body) {
				t.Errorf("%s: took what is not JSON", name)
			}
			if req.Request == nil {
				continue
			}
			whole := string(req.Request)
			if req.File != nil { // which travels by itself
				comma := ","
				if whole == "{}" {
					comma = ""
				}
				whole = `{"file":"` + base64.StdEncoding.EncodeToString(req.File) + `"` + comma + whole[1:]
			}
			again, err := parse([]byte(`{"type":`+quote(req.Type)+`,"request":`+whole+`}`), limits)
			if name == "text" || name == "file" {
				again, err = parse([]byte(whole), limits)
			}
			if err != nil || string(again.Request) != string(req.Request) || string(again.File) != string(req.File) {
				t.Errorf("%s: the normal form is not its own normal form: %v", name, err)
			}
		}
		if _, err := wire.ParseStatus(body); err == nil && !json.Valid(body) {
			t.Error("status: took what is not JSON")
		}
	})
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func BenchmarkParseText(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"1KB", 1 << 10}, {"1MB", 1 << 20}} {
		body, _ := json.Marshal(map[string]any{"text": strings.Repeat("It was a dark \"night\"\n", size.n/22)})
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wire.ParseText(body, wire.Limits{Text: 2 << 20}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
