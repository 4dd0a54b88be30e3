package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api/wire"
)

// A refusal is a request that must be answered with a 4xx and change nothing.
type refusal struct {
	name    string
	request string // method and path
	body    string
	headers []string
	status  int
	target  string
	code    string // innerError.code
}

const (
	postJobs = "POST " + jobsPath
	postRef  = "POST " + jobsPath + "/$ref"
	postText = "POST " + textPath
	postTJob = "POST /beta/dataClassification/classifyTextJobs"
	getJobs  = "GET " + jobsPath
	anID     = "324d1724-1724-324d-2417-4d3224174d32"
	patchJob = "PATCH " + jobsPath + "/" + anID
)

var refusals = slices.Concat(badJSON, badJobs, badTexts, badFiles, badQueries, badHeaders, badPaths, badBatches, badStreams)

var badJSON = []refusal{
	{name: "no body", request: postJobs, status: 400, code: "malformedBody"},
	{name: "blank body", request: postJobs, body: " \n", status: 400, code: "malformedBody"},
	{name: "not JSON", request: postJobs, body: `type=a`, status: 400, code: "malformedBody"},
	{name: "XML", request: postJobs, body: `<job/>`, status: 400, code: "malformedBody"},
	{name: "array", request: postJobs, body: `[{"type":"a"}]`, status: 400, code: "malformedBody"},
	{name: "null", request: postJobs, body: `null`, status: 400, code: "malformedBody"},
	{name: "number", request: postText, body: `1`, status: 400, code: "malformedBody"},
	{name: "cut short", request: postJobs, body: `{"type":"a"`, status: 400, code: "malformedBody"},
	{name: "cut short in a string", request: postJobs, body: `{"type":"a`, status: 400, target: "type", code: "malformedBody"},
	{name: "single quotes", request: postJobs, body: `{'type':'a'}`, status: 400, code: "malformedBody"},
	{name: "trailing comma", request: postJobs, body: `{"type":"a",}`, status: 400, code: "malformedBody"},
	{name: "trailing garbage", request: postJobs, body: `{"type":"a"}x`, status: 400, code: "malformedBody"},
	{name: "second object", request: postJobs, body: `{"type":"a"}{"type":"b"}`, status: 400, code: "malformedBody"},
	{name: "byte order mark", request: postJobs, body: "\ufeff" + `{"type":"a"}`, status: 400, code: "malformedBody"},
	{name: "duplicate name", request: postJobs, body: `{"type":"a","type":"b"}`, status: 400, target: "type", code: "malformedBody"},
	{name: "duplicate name that is ignored", request: postJobs, body: `{"type":"a","x":1,"x":1}`, status: 400, target: "x", code: "malformedBody"},
	{name: "duplicate name inside", request: postJobs, body: `{"type":"a","error":{"code":"1","code":"2"}}`, status: 400, target: "error.code", code: "malformedBody"},
	{name: "duplicate name in a request", request: postJobs, body: `{"type":"a","request":{"b":[{},{"c":1,"c":1}]}}`, status: 400, target: "request.b[1].c", code: "malformedBody"},
	{name: "bad UTF-8", request: postJobs, body: "{\"type\":\"a\xc3\x28\"}", status: 400, code: "malformedBody"},
	{name: "overlong UTF-8", request: postText, body: "{\"text\":\"\xc0\xaf\"}", status: 400, code: "malformedBody"},
	{name: "UTF-16 as bytes", request: postText, body: "\xff\xfe{\x00}\x00", status: 400, code: "malformedBody"},
	{name: "lone surrogate", request: postText, body: `{"text":"\udead"}`, status: 400, target: "text", code: "malformedBody"},
	{name: "raw control character", request: postText, body: "{\"text\":\"a\x01\"}", status: 400, target: "text", code: "malformedBody"},
	{name: "too deep", request: postJobs, body: `{"type":"a","request":` + strings.Repeat(`{"a":`, 100) + `1` + strings.Repeat(`}`, 101), status: 400, target: "request." + strings.Repeat("a.", 60) + "...", code: "malformedBody"},
	{name: "far too deep", request: postJobs, body: strings.Repeat(`[`, 100_000), status: 400, code: "malformedBody"},
	{name: "far too deep inside", request: postJobs, body: `{"a":` + strings.Repeat(`[`, 100_000), status: 400, target: "a" + strings.Repeat("[0]", 42) + "[...", code: "malformedBody"},
	{name: "NaN", request: postText, body: `{"text":"x","minConfidence":NaN}`, status: 400, target: "minConfidence", code: "malformedBody"},
	{name: "hexadecimal", request: postText, body: `{"text":"x","minConfidence":0x1}`, status: 400, target: "", code: "malformedBody"},
}

var badJobs = []refusal{
	{name: "no type", request: postJobs, body: `{}`, status: 400, target: "type", code: "missingProperty"},
	{name: "null type", request: postJobs, body: `{"type":null}`, status: 400, target: "type", code: "missingProperty"},
	{name: "empty type", request: postJobs, body: `{"type":""}`, status: 400, target: "type", code: "missingProperty"},
	{name: "type in another case of the name", request: postJobs, body: `{"Type":"a"}`, status: 400, target: "type", code: "missingProperty"},
	{name: "blank type", request: postJobs, body: `{"type":"  "}`, status: 400, target: "type", code: "invalidValue"},
	{name: "number as type", request: postJobs, body: `{"type":1}`, status: 400, target: "type", code: "invalidValue"},
	{name: "object as type", request: postJobs, body: `{"type":{}}`, status: 400, target: "type", code: "invalidValue"},
	{name: "long type", request: postJobs, body: `{"type":"` + strings.Repeat("x", 65) + `"}`, status: 400, target: "type", code: "invalidValue"},
	{name: "type with a newline", request: postJobs, body: `{"type":"a\nb"}`, status: 400, target: "type", code: "invalidValue"},
	{name: "type with a zero", request: postJobs, body: `{"type":"a\u0000"}`, status: 400, target: "type", code: "invalidValue"},
	{name: "id that is no GUID", request: postJobs, body: `{"type":"a","id":"1"}`, status: 400, target: "id", code: "invalidValue"},
	{name: "empty id", request: postJobs, body: `{"type":"a","id":""}`, status: 400, target: "id", code: "invalidValue"},
	{name: "id in braces", request: postJobs, body: `{"type":"a","id":"{` + anID + `}"}`, status: 400, target: "id", code: "invalidValue"},
	{name: "id without hyphens", request: postJobs, body: `{"type":"a","id":"324d17241724324d24174d3224174d32"}`, status: 400, target: "id", code: "invalidValue"},
	{name: "number as id", request: postJobs, body: `{"type":"a","id":1}`, status: 400, target: "id", code: "invalidValue"},
	{name: "unknown priority", request: postJobs, body: `{"type":"a","priority":"urgent"}`, status: 400, target: "priority", code: "invalidValue"},
	{name: "number as priority", request: postJobs, body: `{"type":"a","priority":1}`, status: 400, target: "priority", code: "invalidValue"},
	{name: "classifyText without request", request: postJobs, body: `{"type":"classifyText"}`, status: 400, target: "request", code: "missingProperty"},
	{name: "classifyText with null request", request: postJobs, body: `{"type":"ClassifyText","request":null}`, status: 400, target: "request", code: "missingProperty"},
	{name: "array as request", request: postJobs, body: `{"type":"a","request":[]}`, status: 400, target: "request", code: "invalidValue"},
	{name: "string as request", request: postJobs, body: `{"type":"classifyText","request":"text"}`, status: 400, target: "request", code: "invalidValue"},
	{name: "large request", request: postJobs, body: `{"type":"a","request":{"b":"` + strings.Repeat("x", 1<<20) + `"}}`, status: 413, target: "request", code: "contentTooLarge"},
	{name: "large body", request: postJobs, body: `{"type":"a","b":"` + strings.Repeat("x", 4<<20) + `"}`, status: 413, code: "contentTooLarge"},
	{name: "reference", request: postRef, body: `{"@odata.id":"https://example.com/jobs/1"}`, status: 400, target: "@odata.id", code: "referenceRefused"},
	{name: "reference beside a job", request: postRef, body: `{"type":"a","@odata.id":"x"}`, status: 400, target: "@odata.id", code: "referenceRefused"},
	{name: "reference in a collection of one type", request: postTJob + "/$ref", body: `{"@odata.id":"x"}`, status: 400, target: "@odata.id", code: "referenceRefused"},
	{name: "job of another type", request: postTJob, body: `{"type":"invoice","request":{"text":"x"}}`, status: 400, target: "type", code: "invalidValue"},
	{name: "null request in a collection of one type", request: postTJob, body: `{"request":null}`, status: 400, target: "request", code: "missingProperty"},
	{name: "patched to running", request: patchJob, body: `{"status":"running"}`, status: 400, target: "status", code: "invalidValue"},
	{name: "patched to a number", request: patchJob, body: `{"status":1}`, status: 400, target: "status", code: "invalidValue"},
	{name: "patched elsewhere", request: patchJob, body: `{"status":"canceled","priority":"high"}`, status: 400, target: "priority", code: "unknownProperty"},
	{name: "patched nowhere", request: patchJob, body: `{}`, status: 400, target: "status", code: "missingProperty"},
	{name: "patched without a body", request: patchJob, status: 400, code: "malformedBody"},
	{name: "patched though there is none", request: patchJob, body: `{"status":"canceled"}`, status: 404, code: "jobNotFound"},
}

// badTexts go to classifyText, and once more as the request of a job.
var badTexts = []refusal{
	{name: "no text", request: postText, body: `{}`, status: 400, target: "text", code: "missingProperty"},
	{name: "null text", request: postText, body: `{"text":null}`, status: 400, target: "text", code: "missingProperty"},
	{name: "empty text", request: postText, body: `{"text":""}`, status: 400, target: "text", code: "missingProperty"},
	{name: "number as text", request: postText, body: `{"text":4111}`, status: 400, target: "text", code: "invalidValue"},
	{name: "array as text", request: postText, body: `{"text":["x"]}`, status: 400, target: "text", code: "invalidValue"},
	{name: "large text", request: postText, body: `{"text":"` + strings.Repeat("x", 1<<20+1) + `"}`, status: 413, target: "text", code: "contentTooLarge"},
	{name: "misspelt option", request: postText, body: `{"text":"x","sensitiveTypeId":["` + cardID + `"]}`, status: 400, target: "sensitiveTypeId", code: "unknownProperty"},
	{name: "option in another case", request: postText, body: `{"text":"x","SensitiveTypeIds":[]}`, status: 400, target: "SensitiveTypeIds", code: "unknownProperty"},
	{name: "option that is not offered", request: postText, body: `{"text":"x","language":"de"}`, status: 400, target: "language", code: "unknownProperty"},
	{name: "string as ids", request: postText, body: `{"text":"x","sensitiveTypeIds":"` + cardID + `"}`, status: 400, target: "sensitiveTypeIds", code: "invalidValue"},
	{name: "object as ids", request: postText, body: `{"text":"x","sensitiveTypeIds":{}}`, status: 400, target: "sensitiveTypeIds", code: "invalidValue"},
	{name: "id that is no GUID", request: postText, body: `{"text":"x","sensitiveTypeIds":["` + cardID + `","card"]}`, status: 400, target: "sensitiveTypeIds[1]", code: "invalidValue"},
	{name: "null among ids", request: postText, body: `{"text":"x","sensitiveTypeIds":[null]}`, status: 400, target: "sensitiveTypeIds[0]", code: "invalidValue"},
	{name: "number among ids", request: postText, body: `{"text":"x","sensitiveTypeIds":[1]}`, status: 400, target: "sensitiveTypeIds[0]", code: "invalidValue"},
	{name: "unknown sensitive type", request: postText, body: `{"text":"x","sensitiveTypeIds":["` + cardID + `","` + anID + `"]}`, status: 400, target: "sensitiveTypeIds[1]", code: "unknownSensitiveType"},
	{name: "very many ids", request: postText, body: `{"text":"x","sensitiveTypeIds":["` + strings.Repeat(cardID+`","`, 1000) + cardID + `"]}`, status: 400, target: "sensitiveTypeIds", code: "invalidValue"},
	{name: "number as extension", request: postText, body: `{"text":"x","fileExtension":1}`, status: 400, target: "fileExtension", code: "invalidValue"},
	{name: "path as extension", request: postText, body: `{"text":"x","fileExtension":"../etc"}`, status: 400, target: "fileExtension", code: "invalidValue"},
	{name: "unknown scope", request: postText, body: `{"text":"x","scopesToRun":"halfDocument"}`, status: 400, target: "scopesToRun", code: "invalidValue"},
	{name: "number as scope", request: postText, body: `{"text":"x","scopesToRun":3}`, status: 400, target: "scopesToRun", code: "invalidValue"},
	{name: "number among scopes", request: postText, body: `{"text":"x","scopesToRun":[1]}`, status: 400, target: "scopesToRun", code: "invalidValue"},
	{name: "unknown tolerance", request: postText, body: `{"text":"x","matchTolerancesToInclude":"exact,far"}`, status: 400, target: "matchTolerancesToInclude", code: "invalidValue"},
	{name: "string as countries", request: postText, body: `{"text":"x","countries":"US"}`, status: 400, target: "countries", code: "invalidValue"},
	{name: "country of three letters", request: postText, body: `{"text":"x","countries":["us","USA"]}`, status: 400, target: "countries[1]", code: "invalidValue"},
	{name: "country that is none", request: postText, body: `{"text":"x","countries":["US","UK"]}`, status: 400, target: "countries[1]", code: "unknownCountry"},
	{name: "misspelt category", request: postText, body: `{"text":"x","categories":["Financial","finacial"]}`, status: 400, target: "categories[1]", code: "unknownCategory"},
	{name: "category with spaces", request: postText, body: `{"text":"x","categories":["a b"]}`, status: 400, target: "categories[0]", code: "invalidValue"},
	{name: "array as allow list", request: postText, body: `{"text":"x","allowList":["4111"]}`, status: 400, target: "allowList", code: "invalidValue"},
	{name: "misspelt property of an allow list", request: postText, body: `{"text":"x","allowList":{"value":["4111"]}}`, status: 400, target: "allowList.value", code: "unknownProperty"},
	{name: "number as allowed value", request: postText, body: `{"text":"x","allowList":{"values":[4111]}}`, status: 400, target: "allowList.values[0]", code: "invalidValue"},
	{name: "empty allowed value", request: postText, body: `{"text":"x","allowList":{"values":["a",""]}}`, status: 400, target: "allowList.values[1]", code: "invalidValue"},
	{name: "pattern that is none", request: postText, body: `{"text":"x","allowList":{"patterns":["a","(4111"]}}`, status: 400, target: "allowList.patterns[1]", code: "invalidValue"},
	{name: "pattern that RE2 does not have", request: postText, body: `{"text":"x","allowList":{"patterns":["(?=x)"]}}`, status: 400, target: "allowList.patterns[0]", code: "invalidValue"},
	{name: "pattern that explodes", request: postText, body: `{"text":"x","allowList":{"patterns":["((a{1000}){1000}){1000}"]}}`, status: 400, target: "allowList.patterns[0]", code: "invalidValue"},
	{name: "confidence above 100", request: postText, body: `{"text":"x","minConfidence":101}`, status: 400, target: "minConfidence", code: "invalidValue"},
	{name: "explain in words", request: postText, body: `{"text":"x","explain":"true"}`, status: 400, target: "explain", code: "invalidValue"},
	{name: "explain as a number", request: postText, body: `{"text":"x","explain":1}`, status: 400, target: "explain", code: "invalidValue"},
	{name: "negative confidence", request: postText, body: `{"text":"x","minConfidence":-1}`, status: 400, target: "minConfidence", code: "invalidValue"},
	{name: "broken confidence", request: postText, body: `{"text":"x","minConfidence":75.5}`, status: 400, target: "minConfidence", code: "invalidValue"},
	{name: "string as confidence", request: postText, body: `{"text":"x","minConfidence":"75"}`, status: 400, target: "minConfidence", code: "invalidValue"},
}

var badQueries = []refusal{
	{name: "negative top", request: getJobs + "?$top=-1", status: 400, target: "$top", code: "invalidOption"},
	{name: "top beyond the most", request: getJobs + "?$top=1001", status: 400, target: "$top", code: "invalidOption"},
	{name: "word as top", request: getJobs + "?$top=ten", status: 400, target: "$top", code: "invalidOption"},
	{name: "empty top", request: getJobs + "?$top=", status: 400, target: "$top", code: "invalidOption"},
	{name: "top beyond all numbers", request: getJobs + "?$top=99999999999999999999", status: 400, target: "$top", code: "invalidOption"},
	{name: "top twice", request: getJobs + "?$top=1&$top=2", status: 400, target: "$top", code: "invalidOption"},
	{name: "top twice, once without $", request: getJobs + "?$top=1&Top=2", status: 400, target: "$top", code: "invalidOption"},
	{name: "skip too far", request: getJobs + "?$skip=10001", status: 400, target: "$skip", code: "invalidOption"},
	{name: "count that is neither", request: getJobs + "?$count=yes", status: 400, target: "$count", code: "invalidOption"},
	{name: "unknown option", request: getJobs + "?$expand=result", status: 400, target: "$expand", code: "unknownOption"},
	{name: "unknown option without $", request: getJobs + "?page=2", status: 400, target: "page", code: "unknownOption"},
	{name: "order without an index", request: getJobs + "?$orderby=endDateTime", status: 400, target: "$orderby", code: "invalidOption"},
	{name: "order in a direction that is none", request: getJobs + "?$orderby=creationDateTime%20up", status: 400, target: "$orderby", code: "invalidOption"},
	{name: "foreign token", request: getJobs + "?$skiptoken=eyJhIjoxfQ", status: 400, target: "$skiptoken", code: "invalidToken"},
	{name: "filter on what is not there", request: getJobs + "?$filter=size%20gt%205", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "filter cut short", request: getJobs + "?$filter=status%20eq", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "filter of a count", request: getJobs + "/$count?$filter=(", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "top of a count", request: getJobs + "/$count?$top=1", status: 400, target: "$top", code: "unknownOption"},
	{name: "bad escape", request: getJobs + "?$filter=%zz", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "bad escape in a name", request: getJobs + "?%zz=1", status: 400, target: "%zz", code: "unknownOption"},
	{name: "bad UTF-8 in a filter", request: getJobs + "?$filter=type%20eq%20'%ff'", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "empty filter", request: getJobs + "?$filter=", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "filter of the wrong kind", request: getJobs + "?$filter=creationDateTime%20gt%20'2026-01-31'", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "filter on a day that is none", request: getJobs + "?$filter=creationDateTime%20gt%202026-02-30T00:00:00Z", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "filter on what can only be selected", request: getJobs + "?$filter=attempts%20gt%201", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "filter with an unknown function", request: getJobs + "?$filter=contains(type,'a')", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "filter with double quotes", request: getJobs + "?$filter=type%20eq%20%22a%22", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "filter too long", request: getJobs + "?$filter=type%20eq%20'" + strings.Repeat("x", 4096) + "'", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "filter too deep", request: getJobs + "?$filter=" + strings.Repeat("(", 100), status: 400, target: "$filter", code: "invalidFilter"},
	{name: "filter with a long list", request: getJobs + "?$filter=type%20in%20('" + strings.Repeat("a','", 100) + "')", status: 400, target: "$filter", code: "invalidFilter"},
	{name: "count without an index", request: getJobs + "?$count=true&$filter=priority%20eq%20'high'", status: 400, target: "$count", code: "uncountable"},
	{name: "count path without an index", request: getJobs + "/$count?$filter=endDateTime%20eq%20null", status: 400, target: "$count", code: "uncountable"},
	{name: "order of an unknown property", request: getJobs + "?$orderby=size", status: 400, target: "$orderby", code: "invalidOption"},
	{name: "order by two", request: getJobs + "?$orderby=creationDateTime,id", status: 400, target: "$orderby", code: "invalidOption"},
	{name: "empty order", request: getJobs + "?$orderby=", status: 400, target: "$orderby", code: "invalidOption"},
	{name: "selection of what is not there", request: getJobs + "?$select=id,size", status: 400, target: "$select", code: "invalidOption"},
	{name: "selection of a path", request: getJobs + "?$select=error/code", status: 400, target: "$select", code: "invalidOption"},
	{name: "empty selection", request: getJobs + "?$select=%20", status: 400, target: "$select", code: "invalidOption"},
	{name: "selection of a job", request: getJobs + "/" + anID + "?$select=size", status: 400, target: "$select", code: "invalidOption"},
	{name: "top of a job", request: getJobs + "/" + anID + "?$top=1", status: 400, target: "$top", code: "unknownOption"},
	{name: "selection of types", request: "GET /beta/dataClassification/sensitiveTypes?$select=secret", status: 400, target: "$select", code: "invalidOption"},
	{name: "semicolons", request: getJobs + "?$top=1;$skip=1", status: 400, target: "$top", code: "invalidOption"},
	{name: "filter of types", request: "GET /beta/dataClassification/sensitiveTypes?$filter=x", status: 400, target: "$filter", code: "unknownOption"},
}

var badHeaders = []refusal{
	{name: "form", request: postJobs, body: `type=a`, headers: []string{"Content-Type: application/x-www-form-urlencoded"}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
	{name: "text", request: postText, body: `hello`, headers: []string{"Content-Type: text/plain"}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
	{name: "other charset", request: postJobs, body: `{"type":"a"}`, headers: []string{"Content-Type: application/json; charset=utf-16"}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
	{name: "broken content type", request: postJobs, body: `{"type":"a"}`, headers: []string{"Content-Type: ;;"}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
	{name: "other packing", request: postJobs, body: `{"type":"a"}`, headers: []string{"Content-Encoding: br"}, status: 415, target: "Content-Encoding", code: "unsupportedEncoding"},
	{name: "packed twice", request: postJobs, body: `{"type":"a"}`, headers: []string{"Content-Encoding: gzip, gzip"}, status: 415, target: "Content-Encoding", code: "unsupportedEncoding"},
	{name: "gzip that is none", request: postJobs, body: "\x1f\x8b" + `{"type":"a"}`, headers: []string{"Content-Encoding: gzip"}, status: 400, code: "malformedBody"},
	{name: "gzip cut short", request: postJobs, body: pack(`{"type":"a"}`)[:20], headers: []string{"Content-Encoding: gzip"}, status: 400, code: "malformedBody"},
	{name: "gzip with a wrong sum", request: postJobs, body: strings.TrimSuffix(pack(`{"type":"a"}`), pack(`{"type":"a"}`)[len(pack(`{"type":"a"}`))-8:]) + "12345678", headers: []string{"Content-Encoding: gzip"}, status: 400, code: "malformedBody"},
	{name: "gzip bomb", request: postJobs, body: pack(`{"type":"` + strings.Repeat(" ", 8<<20) + `"}`), headers: []string{"Content-Encoding: gzip"}, status: 413, code: "contentTooLarge"},
	{name: "accepts only HTML", request: postJobs, body: `{"type":"a"}`, headers: []string{"Accept: text/html"}, status: 406, target: "Accept", code: "unsupportedAccept"},
	{name: "accepts JSON not at all", request: getJobs, headers: []string{"Accept: application/json;q=0"}, status: 406, target: "Accept", code: "unsupportedAccept"},
	{name: "empty key", request: postJobs, body: `{"type":"a"}`, headers: []string{"Idempotency-Key: "}, status: 400, target: "Idempotency-Key", code: "invalidValue"},
	{name: "long key", request: postJobs, body: `{"type":"a"}`, headers: []string{"Idempotency-Key: " + strings.Repeat("k", 256)}, status: 400, target: "Idempotency-Key", code: "invalidValue"},
	{name: "two keys", request: postJobs, body: `{"type":"a"}`, headers: []string{"Idempotency-Key: a", "Idempotency-Key: b"}, status: 400, target: "Idempotency-Key", code: "invalidValue"},
	{name: "key with a control character", request: postJobs, body: `{"type":"a"}`, headers: []string{"Idempotency-Key: a\tb"}, status: 400, target: "Idempotency-Key", code: "invalidValue"},
	{name: "long repeatability id", request: postText, body: textBody, headers: []string{"Repeatability-Request-ID: " + strings.Repeat("k", 256)}, status: 400, target: "Repeatability-Request-ID", code: "invalidValue"},
	{name: "accepts metadata that there is not", request: getJobs, headers: []string{"Accept: application/json;odata.metadata=verbose"}, status: 406, target: "Accept", code: "unsupportedAccept"},
	{name: "accepts a picture of a count", request: getJobs + "/$count", headers: []string{"Accept: image/png"}, status: 406, target: "Accept", code: "unsupportedAccept"},
	{name: "read with a broken If-Match", request: "DELETE " + jobsPath + "/" + anID, headers: []string{`If-Match: W/"1`}, status: 400, target: "If-Match", code: "invalidValue"},
	{name: "If-Match without quotes", request: "DELETE " + jobsPath + "/" + anID, headers: []string{"If-Match: 1"}, status: 400, target: "If-Match", code: "invalidValue"},
	{name: "two tags in If-Match", request: "DELETE " + jobsPath + "/" + anID, headers: []string{`If-Match: "1", "2"`}, status: 400, target: "If-Match", code: "invalidValue"},
}

var badPaths = []refusal{
	{name: "root", request: "POST /", status: 405, code: "unsupportedMethod"},
	{name: "service", request: "GET /beta/dataClassification", status: 404, code: "unknownPath"},
	{name: "slash at the end", request: "GET " + jobsPath + "/", status: 404, code: "unknownPath"},
	{name: "double slash", request: "GET /beta//dataClassification/jobs", status: 404, code: "unknownPath"},
	{name: "dots", request: "GET /beta/dataClassification/x/../jobs", status: 404, code: "unknownPath"},
	{name: "other version", request: "POST /v2.0/dataClassification/jobs", body: `{"type":"a"}`, status: 404, code: "unknownPath"},
	{name: "escaped slash", request: "GET /beta/dataClassification%2Fjobs", status: 404, code: "unknownPath"},
	{name: "key that is no GUID", request: "GET " + jobsPath + "/1", status: 404, code: "jobNotFound"},
	{name: "key with an escaped slash", request: "GET " + jobsPath + "/a%2Fb", status: 404, code: "jobNotFound"},
	{name: "key of nobody", request: "GET " + jobsPath + "('" + anID + "')", status: 404, code: "jobNotFound"},
	{name: "unknown action", request: "POST " + jobsPath + "/" + anID + "/retry", status: 404, code: "unknownPath"},
	{name: "PUT on the collection", request: "PUT " + jobsPath, body: `{"type":"a"}`, status: 405, code: "unsupportedMethod"},
	{name: "DELETE on the collection", request: "DELETE " + jobsPath, status: 405, code: "unsupportedMethod"},
	{name: "POST on a job", request: "POST " + jobsPath + "/" + anID, body: `{"type":"a"}`, status: 405, code: "unsupportedMethod"},
	{name: "GET of an action", request: "GET " + textPath, status: 405, code: "unsupportedMethod"},
	{name: "GET of a file", request: "GET " + filePath, status: 405, code: "unsupportedMethod"},
	{name: "PUT of a file", request: "PUT " + filePath, body: "x", headers: []string{octets}, status: 405, code: "unsupportedMethod"},
	{name: "job of another collection", request: "GET " + fileJobs + "/" + anID, status: 404, code: "jobNotFound"},
	{name: "page of the action", request: "GET " + filePath + "/$count", status: 404, code: "unknownPath"},
	{name: "GET of a cancel", request: "GET " + jobsPath + "/" + anID + "/cancel", status: 405, code: "unsupportedMethod"},
	{name: "method that nobody knows", request: "FROB " + jobsPath, status: 405, code: "unsupportedMethod"},
	{name: "method in lower case", request: "post " + jobsPath, body: `{"type":"a"}`, status: 405, code: "unsupportedMethod"},
	{name: "POST to the health check", request: "POST /livez", status: 405, code: "unsupportedMethod"},
}

// rows are all refusals, those of texts also in the two other places for a text.
func rows() []refusal {
	all := slices.Clone(refusals)
	for _, rf := range badTexts {
		all = append(all, refusal{name: rf.name + ", in a collection", request: postTJob, body: rf.body, status: rf.status, target: rf.target, code: rf.code})
		rf.name += ", in a job"
		rf.request = postJobs
		rf.body = `{"type":"classifyText","request":` + rf.body + `}`
		rf.target = "request." + rf.target
		all = append(all, rf)
	}
	return all
}

func TestBadRequestIsAClear4xxAndChangesNothing(t *testing.T) {
	s := start(t)
	all := rows()
	if len(all) < 150 {
		t.Errorf("only %d rows", len(all))
	}
	for _, rf := range all {
		method, path, _ := strings.Cut(rf.request, " ")
		a := s.call(method, path, rf.body, rf.headers...)
		if a.StatusCode != rf.status {
			t.Errorf("%s: %d %.300s, want %d", rf.name, a.StatusCode, a.body, rf.status)
			continue
		}
		p := a.problem(t)
		if p.Target != rf.target || p.InnerError.Code != rf.code {
			t.Errorf("%s: %s at %q, want %s at %q", rf.name, p.InnerError.Code, p.Target, rf.code, rf.target)
		}
		checkProblem(t, rf.name, a, p)
		if n := s.count(); n != 0 {
			t.Fatalf("%s: made %d jobs", rf.name, n)
		}
	}
}

// checkProblem checks what all errors have in common.
func checkProblem(t testing.TB, name string, a answer, p wire.Error) {
	t.Helper()
	phrase := strings.ReplaceAll(http.StatusText(a.StatusCode), " ", "")
	if want := strings.ToLower(phrase[:1]) + phrase[1:]; p.Code != want {
		t.Errorf("%s: code is %q, want %q", name, p.Code, want)
	}
	if p.Message == "" || p.InnerError.Date == "" || p.InnerError.RequestID != a.Header.Get("request-id") {
		t.Errorf("%s: got %+v", name, p)
	}
	if got := a.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("%s: Content-Type is %q", name, got)
	}
	if (a.Header.Get("Allow") != "") != (a.StatusCode == 405) {
		t.Errorf("%s: Allow is %q", name, a.Header.Get("Allow"))
	}
}
