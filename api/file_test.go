package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/jobs"
)

const (
	filePath  = "/beta/dataClassification/classifyFile"
	fileJobs  = "/beta/dataClassification/classifyFileJobs"
	octets    = "Content-Type: application/octet-stream"
	postFile  = "POST " + filePath
	postFJobs = "POST " + fileJobs
)

// form is a multipart body with parts "name=content" or "name[Header: value]=content",
// and its content type.
func form(parts ...string) (body, contentType string) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	if err := w.SetBoundary("frontier"); err != nil {
		panic(err)
	}
	for _, p := range parts {
		name, content, _ := strings.Cut(p, "=")
		name, header, _ := strings.Cut(strings.TrimSuffix(name, "]"), "[")
		h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + name + `"; filename="a.txt"`}}
		if k, v, ok := strings.Cut(header, ": "); ok {
			h.Set(k, v)
		}
		part, err := w.CreatePart(h)
		if err != nil {
			panic(err)
		}
		part.Write([]byte(content)) // into a buffer
	}
	w.Close()
	return buf.String(), "Content-Type: " + w.FormDataContentType()
}

func TestFileIsTheSameRequestInEveryForm(t *testing.T) {
	s := start(t)
	file := "visa \xff\x00 4111 1111 1111 1111 ???>>>"
	std, web := base64.StdEncoding.EncodeToString([]byte(file)), base64.RawURLEncoding.EncodeToString([]byte(file))
	ids := `["` + strings.ToUpper(cardID) + `","` + ibanID + `"]`
	multi, multiType := form("file="+file, "sensitiveTypes="+ids)
	model, modelType := form("sensitiveTypeIds="+cardID+", "+ibanID, "file[Content-Transfer-Encoding: binary]="+file)
	const key = "Idempotency-Key: one"
	first := s.want(202, "POST", filePath, `{"file":"`+std+`","sensitiveTypeIds":`+ids+`}`, key).job(t)
	for _, tt := range []struct{ name, path, body, contentType string }{
		{"escaped", filePath, `{"sensitiveTypeIds":` + ids + `,"file":"` + strings.ReplaceAll(strings.ReplaceAll(std, "+", `\u002B`), "/", `\/`) + `"}`, ""},
		{"base64url", filePath, `{"file":"` + web + `","sensitiveTypeIds":` + ids + `,"@odata.type":"x"}`, "Content-Type: application/json; charset=utf-8"},
		{"form as documented", filePath, multi, multiType},
		{"form as in the model", filePath, model, modelType},
		{"job", jobsPath, `{"type":"ClassifyFile","request":{"file":"` + std + `","sensitiveTypeIds":` + ids + `}}`, ""},
		{"collection", fileJobs, `{"file":"` + std + `","sensitiveTypeIds":` + ids + `}`, ""},
		{"job in the collection", fileJobs, `{"request":{"file":"` + std + `","sensitiveTypeIds":` + ids + `}}`, ""},
		{"reference", fileJobs + "/$ref", `{"request":{"file":"` + std + `","sensitiveTypeIds":` + ids + `}}`, ""},
		{"form in the collection", fileJobs, multi, multiType},
		{"qualified name", "/v1.0/dataClassification/microsoft.graph.classifyFile", multi, multiType},
		{"packed form", filePath, pack(multi), multiType + "\nContent-Encoding: gzip"},
	} {
		headers := []string{key}
		if tt.contentType != "" {
			headers = append(headers, strings.Split(tt.contentType, "\n")...)
		}
		a := s.call("POST", tt.path, tt.body, headers...)
		if a.StatusCode >= 300 || a.job(t).ID != first.ID {
			t.Errorf("%s: got %d %s, want job %s", tt.name, a.StatusCode, a.body, first.ID)
		}
	}
	raw := s.want(202, "POST", filePath, file, "Content-Type: application/pdf", "Idempotency-Key: raw").job(t)
	same := s.want(200, "POST", fileJobs, `{"file":"`+std+`"}`, "Idempotency-Key: raw").job(t)
	if raw.ID != same.ID || raw.Type != "classifyFile" {
		t.Errorf("the body itself made %+v, want %s", raw, same.ID)
	}
	if n := s.count(); n != 2 {
		t.Errorf("%d jobs, want 2", n)
	}
	if got := s.want(200, "GET", fileJobs+"/$count", "").body; got != "2" {
		t.Errorf("classifyFileJobs counts %s", got)
	}
	s.want(404, "GET", "/beta/dataClassification/classifyTextJobs/"+first.ID, "")
	s.want(200, "GET", fileJobs+"('"+first.ID+"')", "")
}

func TestFileLimitHoldsInEveryForm(t *testing.T) {
	const most = 3000
	s := start(t, func(o *api.Options) { o.MaxFile, o.MaxText = most, 100 })
	for _, tt := range []struct{ size, want int }{{most, 202}, {most + 1, 413}, {1 << 20, 413}} {
		file := strings.Repeat("+", tt.size)
		encoded := base64.StdEncoding.EncodeToString([]byte(file))
		multi, multiType := form("file=" + file)
		for _, f := range []struct {
			name, body string
			headers    []string
		}{
			{"JSON", `{"file":"` + encoded + `"}`, nil},
			{"form", multi, []string{multiType}},
			{"raw", file, []string{octets}},
			{"packed", pack(file), []string{octets, "Content-Encoding: gzip"}},
			{"packed JSON", pack(`{"file":"` + encoded + `"}`), []string{"Content-Encoding: gzip"}},
		} {
			if a := s.call("POST", filePath, f.body, f.headers...); a.StatusCode != tt.want {
				t.Errorf("%d bytes as %s: %d %.300s, want %d", tt.size, f.name, a.StatusCode, a.body, tt.want)
			}
		}
	}
}

func TestWorkerGetsTheFile(t *testing.T) {
	s := start(t)
	got := make(chan string, 1)
	s.work("classifyFile", func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
		data, err := io.ReadAll(io.NewSectionReader(j.Content, 0, j.Content.Size()))
		if err != nil {
			return nil, err
		}
		got <- string(j.Request) + string(data)
		return &jobs.Result{JSON: json.RawMessage(`{"classification":[]}`)}, nil
	})
	j := s.want(200, "POST", filePath, "hello", octets, "Prefer: wait=30").job(t)
	if want := `{}hello`; <-got != want {
		t.Errorf("the worker got another request and file than %s", want)
	}
	if j.ODataType != "#microsoft.graph.classificationJobResponse" || string(j.Result) != `{"classification":[]}` {
		t.Errorf("got %+v", j)
	}
}

// badFiles are refusals of files.
var badFiles = func() []refusal {
	rows := []refusal{
		{name: "no file", request: postFile, body: `{}`, status: 400, target: "file", code: "missingProperty"},
		{name: "null file", request: postFile, body: `{"file":null}`, status: 400, target: "file", code: "missingProperty"},
		{name: "empty file", request: postFile, body: `{"file":""}`, status: 400, target: "file", code: "missingProperty"},
		{name: "number as file", request: postFile, body: `{"file":1}`, status: 400, target: "file", code: "invalidValue"},
		{name: "array as file", request: postFile, body: `{"file":[1,2]}`, status: 400, target: "file", code: "invalidValue"},
		{name: "file that is no base64", request: postFile, body: `{"file":"a b"}`, status: 400, target: "file", code: "invalidValue"},
		{name: "file as data URL", request: postFile, body: `{"file":"data:text/plain;base64,aGVsbG8="}`, status: 400, target: "file", code: "invalidValue"},
		{name: "base64 of no length", request: postFile, body: `{"file":"aGVsb"}`, status: 400, target: "file", code: "invalidValue"},
		{name: "base64 in both alphabets", request: postFile, body: `{"file":"aG+s_A=="}`, status: 400, target: "file", code: "invalidValue"},
		{name: "padding inside", request: postFile, body: `{"file":"aG==aG=="}`, status: 400, target: "file", code: "invalidValue"},
		{name: "large file in JSON", request: postFile, body: `{"file":"` + strings.Repeat("AAAA", 90_000) + `"}`, status: 413, target: "file", code: "contentTooLarge"},
		{name: "text for a file", request: postFile, body: `{"text":"x"}`, status: 400, target: "text", code: "unknownProperty"},
		{name: "misspelt option of a file", request: postFile, body: `{"file":"AA==","sensitiveTypes":[]}`, status: 400, target: "sensitiveTypes", code: "unknownProperty"},
		{name: "extension of a file", request: postFile, body: `{"file":"AA==","fileExtension":"txt"}`, status: 400, target: "fileExtension", code: "unknownProperty"},
		{name: "file with a type that is no GUID", request: postFile, body: `{"file":"AA==","sensitiveTypeIds":["card"]}`, status: 400, target: "sensitiveTypeIds[0]", code: "invalidValue"},
		{name: "file with an unknown type", request: postFile, body: `{"file":"AA==","sensitiveTypeIds":["` + anID + `"]}`, status: 400, target: "sensitiveTypeIds[0]", code: "unknownSensitiveType"},
		{name: "file with an unknown country", request: postFile, body: `{"file":"AA==","countries":["XX"]}`, status: 400, target: "countries[0]", code: "unknownCountry"},
		{name: "file with a broken pattern", request: postFile, body: `{"file":"AA==","allowList":{"patterns":["("]}}`, status: 400, target: "allowList.patterns[0]", code: "invalidValue"},
		{name: "file with a confidence out of range", request: postFile, body: `{"file":"AA==","minConfidence":101}`, status: 400, target: "minConfidence", code: "invalidValue"},
		{name: "array of files", request: postFile, body: `[{"file":"AA=="}]`, status: 400, code: "malformedBody"},
		{name: "no body for a file", request: postFile, status: 400, code: "malformedBody"},

		{name: "classifyFile without request", request: postJobs, body: `{"type":"classifyFile"}`, status: 400, target: "request", code: "missingProperty"},
		{name: "classifyFile with a text", request: postJobs, body: `{"type":"CLASSIFYFILE","request":{"text":"x"}}`, status: 400, target: "request.text", code: "unknownProperty"},
		{name: "string as file request", request: postJobs, body: `{"type":"classifyFile","request":"AA=="}`, status: 400, target: "request", code: "invalidValue"},
		{name: "bad file in a job", request: postJobs, body: `{"type":"classifyFile","request":{"file":"?"}}`, status: 400, target: "request.file", code: "invalidValue"},
		{name: "unknown type for a file in a job", request: postJobs, body: `{"type":"classifyFile","request":{"file":"AA==","sensitiveTypeIds":["` + anID + `"]}}`, status: 400, target: "request.sensitiveTypeIds[0]", code: "unknownSensitiveType"},
		{name: "text in the collection of files", request: postFJobs, body: `{"type":"classifyText","request":{"text":"x"}}`, status: 400, target: "type", code: "invalidValue"},
		{name: "file in the collection of texts", request: postTJob, body: `{"type":"classifyFile","request":{"file":"AA=="}}`, status: 400, target: "type", code: "invalidValue"},
		{name: "file itself in the collection of texts", request: postTJob, body: "hello", headers: []string{octets}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
		{name: "file itself in all jobs", request: postJobs, body: "hello", headers: []string{octets}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
		{name: "file itself as a reference", request: postFJobs + "/$ref", body: "hello", headers: []string{octets}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
		{name: "file as a reference", request: postFJobs + "/$ref", body: `{"@odata.id":"x"}`, status: 400, target: "@odata.id", code: "referenceRefused"},

		{name: "large file itself", request: postFile, body: strings.Repeat("x", 256<<10+1), headers: []string{octets}, status: 413, target: "file", code: "contentTooLarge"},
		{name: "bomb as a file", request: postFile, body: pack(strings.Repeat("x", 8<<20)), headers: []string{octets, "Content-Encoding: gzip"}, status: 413, target: "file", code: "contentTooLarge"},
		{name: "bomb as a file in JSON", request: postFile, body: pack(`{"file":"` + strings.Repeat("A", 8<<20) + `"}`), headers: []string{"Content-Encoding: gzip"}, status: 413, code: "contentTooLarge"},
		{name: "damaged gzip as a file", request: postFile, body: pack("hello")[:15], headers: []string{octets, "Content-Encoding: gzip"}, status: 400, code: "malformedBody"},
		{name: "web form", request: postFile, body: "file=hello", headers: []string{"Content-Type: application/x-www-form-urlencoded"}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
		{name: "other multipart", request: postFile, body: "x", headers: []string{"Content-Type: multipart/mixed; boundary=frontier"}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
		{name: "form without a boundary", request: postFile, body: "x", headers: []string{"Content-Type: multipart/form-data"}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
		{name: "content type that is none", request: postFile, body: "x", headers: []string{"Content-Type: ;"}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
		{name: "packing of a file that nobody knows", request: postFile, body: "x", headers: []string{octets, "Content-Encoding: br"}, status: 415, target: "Content-Encoding", code: "unsupportedEncoding"},
		{name: "JSON with a form's name", request: postFile, body: `{"file":"AA=="}`, headers: []string{"Content-Type: multipart/form-data; boundary=frontier"}, status: 400, code: "malformedBody"},
	}
	for _, f := range []struct {
		name         string
		parts        []string
		status       int
		target, code string
	}{
		{"form without a file", []string{"sensitiveTypes=[]"}, 400, "file", "missingProperty"},
		{"form with an empty file", []string{"file="}, 400, "file", "missingProperty"},
		{"form with two files", []string{"file=a", "file=b"}, 400, "file", "invalidValue"},
		{"form with two lists of types", []string{"file=a", "sensitiveTypes=[]", "sensitiveTypeIds=[]"}, 400, "sensitiveTypeIds", "invalidValue"},
		{"form with an unknown part", []string{"file=a", "language=de"}, 400, "language", "unknownProperty"},
		{"form with a part without a name", []string{"=a"}, 400, "", "unknownProperty"},
		{"form with a name in another case", []string{"File=a"}, 400, "File", "unknownProperty"},
		{"form with a part in base64", []string{"file[Content-Transfer-Encoding: base64]=AA=="}, 400, "Content-Transfer-Encoding", "invalidValue"},
		{"form with broken JSON", []string{"file=a", "sensitiveTypes=[" + `"`}, 400, "sensitiveTypeIds[0]", "malformedBody"},
		{"form with more than an array", []string{"file=a", `sensitiveTypes=[],"x":1`}, 400, "sensitiveTypeIds", "malformedBody"},
		{"form with something behind its array", []string{"file=a", `sensitiveTypes=[]} `}, 400, "", "malformedBody"},
		{"form with types that are no GUIDs", []string{"file=a", "sensitiveTypes=" + cardID + ",card"}, 400, "sensitiveTypeIds[1]", "invalidValue"},
		{"form with an object as types", []string{"file=a", "sensitiveTypes={}"}, 400, "sensitiveTypeIds[0]", "invalidValue"},
		{"form with an unknown type", []string{"file=a", `sensitiveTypes=["` + anID + `"]`}, 400, "sensitiveTypeIds[0]", "unknownSensitiveType"},
		{"form with very many types", []string{"file=a", "sensitiveTypes=" + strings.Repeat(cardID+",", 1000) + cardID}, 400, "sensitiveTypeIds", "invalidValue"},
		{"form with a large file", []string{"file=" + strings.Repeat("x", 256<<10+1)}, 413, "file", "contentTooLarge"},
		{"form with very long types", []string{"file=a", "sensitiveTypes=" + strings.Repeat(" ", 1<<20)}, 413, "", "contentTooLarge"},
	} {
		body, contentType := form(f.parts...)
		rows = append(rows, refusal{name: f.name, request: postFile, body: body, headers: []string{contentType}, status: f.status, target: f.target, code: f.code})
	}
	body, contentType := form("file=hello")
	for _, cut := range []int{5, 60, len(body) - 20} {
		rows = append(rows, refusal{name: "form cut short", request: postFile, body: body[:cut], headers: []string{contentType}, status: 400, code: "malformedBody"})
	}
	return rows
}()
