package api_test

import (
	encodingxml "encoding/xml"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A field is one property that Go code reads or writes.
type field struct {
	kind     string // of JSON: string, integer, boolean, array, object or any
	of       string // the Go type of an object, or of an array's items
	optional bool
}

// bodies are the structs that become JSON on the network, by their Go names,
// from package wire and from where a worker makes a result.
func bodies(t *testing.T) map[string]map[string]field {
	t.Helper()
	files, err := filepath.Glob("wire/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]field{}
	for _, name := range append(files, "../worker/detected.go", "../worker/extract/segment.go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					if fields := jsonFields(t, s); len(fields) > 0 {
						found[spec.Name.Name] = fields
					}
				}
			}
			return true
		})
	}
	return found
}

func jsonFields(t *testing.T, s *ast.StructType) map[string]field {
	fields := map[string]field{}
	for _, f := range s.Fields.List {
		if f.Tag == nil {
			continue
		}
		tag, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			t.Fatal(err)
		}
		name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		if name != "" {
			kind, of := kindOf(f.Type)
			fields[name] = field{kind, of, strings.HasPrefix(options, "omit")}
		}
	}
	return fields
}

func kindOf(e ast.Expr) (kind, of string) {
	switch e := e.(type) {
	case *ast.StarExpr:
		return kindOf(e.X)
	case *ast.ArrayType:
		if elem, ok := e.Elt.(*ast.Ident); ok && elem.Name == "byte" {
			return "string", "" // in base64
		}
		kind, of := kindOf(e.Elt)
		if kind != "object" {
			of = kind
		}
		return "array", of
	case *ast.MapType:
		return "object", ""
	case *ast.SelectorExpr:
		if e.Sel.Name == "RawMessage" {
			return "any", ""
		}
		return kindOf(e.Sel)
	case *ast.Ident:
		switch e.Name {
		case "string", "Time":
			return "string", ""
		case "int", "int64":
			return "integer", ""
		case "bool":
			return "boolean", ""
		}
		return "object", e.Name
	}
	return "unknown", ""
}

// schemas says which schema of the OpenAPI document and which type of the CSDL
// describe a struct. What is no entity and not part of one is not in the CSDL.
var schemas = map[string]struct {
	schema, edm string
	request     bool // every property but the content is optional to clients
	view        bool // a client can ask for some of its properties
}{
	"Job":                      {schema: "jobResponseBase", edm: "classificationJobResponse", view: true},
	"ClassificationError":      {schema: "classificationError", edm: "classificationError"},
	"ClassificationErrorBase":  {schema: "classifcationErrorBase", edm: "classifcationErrorBase"},
	"ClassificationInnerError": {schema: "classificationInnerError", edm: "classificationInnerError"},
	"SensitiveType":            {schema: "sensitiveType", edm: "sensitiveType", view: true},
	"SensitiveTypePattern":     {schema: "sensitiveTypePattern", edm: "sensitiveTypePattern"},
	"SensitiveTypeValidator":   {schema: "sensitiveTypeValidator", edm: "sensitiveTypeValidator"},
	"TextRequest":              {schema: "textClassificationRequest", edm: "textClassificationRequest", request: true},
	"FileRequest":              {schema: "fileClassificationRequest", edm: "fileClassificationRequest", request: true},
	"explanation":              {schema: "classificationExplanation", edm: "classificationExplanation"},
	"AllowList":                {schema: "allowList", edm: "allowList", request: true},
	"ErrorBody":                {schema: "errorBody"},
	"Error":                    {schema: "error"},
	"Detail":                   {schema: "errorDetail"},
	"InnerError":               {schema: "innerError"},
	"Collection":               {schema: "jobCollection"},
	"Removed":                  {schema: "removed"},
	"RemovedReason":            {schema: "removedReason"},
	"BulkResult":               {schema: "bulkResult"},
	"Batch":                    {schema: "batch"},
	"BatchResponse":            {schema: "batchResponse"},
	"classification":           {schema: "detectedSensitiveContentWrapper", edm: "detectedSensitiveContentWrapper"},
	"sensitiveContent":         {schema: "detectedSensitiveContent", edm: "detectedSensitiveContent"},
	"location":                 {schema: "sensitiveContentLocation", edm: "sensitiveContentLocation"},
	"evidence":                 {schema: "sensitiveContentEvidence", edm: "sensitiveContentEvidence"},
	"Location":                 {schema: "fileLocation", edm: "fileLocation"},
	"attribute":                {schema: "classificationAttribute", edm: "classificationAttribute"},
	"Classification":           {schema: "detectedSensitiveContentWrapper", edm: "detectedSensitiveContentWrapper"},
	"DetectedSensitiveContent": {schema: "detectedSensitiveContent", edm: "detectedSensitiveContent"},
	"Match":                    {schema: "sensitiveContentLocation", edm: "sensitiveContentLocation"},
	"Evidence":                 {schema: "sensitiveContentEvidence", edm: "sensitiveContentEvidence"},
	"Explanation":              {schema: "classificationExplanation", edm: "classificationExplanation"},
	"ClassificationAttribute":  {schema: "classificationAttribute", edm: "classificationAttribute"},
}

// ignored are properties of a request that are taken and mean nothing.
var ignored = []string{"id", "contentMetaData", "embeddings"}

func TestOpenAPIHasEveryPropertyAndNoOther(t *testing.T) {
	all := readContract(t).doc.Components.Schemas
	for name, fields := range bodies(t) {
		s, ok := schemas[name]
		if !ok {
			t.Errorf("%s is described by no schema", name)
			continue
		}
		schema := all[s.schema].Value
		want := slices.Sorted(maps.Keys(fields))
		got := slices.Sorted(maps.Keys(schema.Properties))
		if s.request {
			got = slices.DeleteFunc(got, func(p string) bool { return slices.Contains(ignored, p) })
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s and schema %s: -Go +schema\n%s", name, s.schema, diff)
			continue
		}
		for p, f := range fields {
			value := schema.Properties[p].Value
			types := value.Type.Slice()
			if f.kind == "object" && len(value.OneOf) > 0 || f.kind == "any" || name == "Collection" && p == "value" {
				continue
			}
			if !slices.Contains(types, f.kind) {
				t.Errorf("%s in schema %s is %v, want %s", p, s.schema, types, f.kind)
			}
			if required := slices.Contains(schema.Required, p); required == (f.optional || s.view) && !s.request {
				t.Errorf("%s in schema %s: required is %t", p, s.schema, required)
			}
			ref := schema.Properties[p].Ref
			if f.kind == "array" {
				ref = value.Items.Ref
				if _, ok := schemas[f.of]; !ok && !value.Items.Value.Type.Is(f.of) {
					t.Errorf("%s in schema %s has items %v, want %s", p, s.schema, value.Items.Value.Type, f.of)
				}
			}
			if of, ok := schemas[f.of]; ok && ref != "#/components/schemas/"+of.schema {
				t.Errorf("%s in schema %s is %q, want %s", p, s.schema, ref, of.schema)
			}
		}
	}
}

// An edmx is what the tests read of the CSDL (OData 4.01, CSDL XML).
type edmx struct {
	Schema struct {
		Namespace   string    `xml:"Namespace,attr"`
		EnumTypes   []edmType `xml:"EnumType"`
		EntityTypes []edmType `xml:"EntityType"`
		Complex     []edmType `xml:"ComplexType"`
		Actions     []struct {
			Name       string      `xml:"Name,attr"`
			Parameters []edmMember `xml:"Parameter"`
			Return     edmMember   `xml:"ReturnType"`
		} `xml:"Action"`
		Container struct {
			Singletons []edmMember `xml:"Singleton"`
		} `xml:"EntityContainer"`
	} `xml:"DataServices>Schema"`
}

type edmType struct {
	Name       string      `xml:"Name,attr"`
	Base       string      `xml:"BaseType,attr"`
	Properties []edmMember `xml:"Property"`
	Navigation []edmMember `xml:"NavigationProperty"`
}

type edmMember struct {
	Name     string `xml:"Name,attr"`
	Type     string `xml:"Type,attr"`
	Nullable string `xml:"Nullable,attr"`
	Contains bool   `xml:"ContainsTarget,attr"`
}

func readMetadata(t *testing.T) (doc edmx, types map[string]edmType) {
	t.Helper()
	b, err := os.ReadFile("metadata.xml")
	if err != nil {
		t.Fatal(err)
	}
	if err := encodingxml.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	types = map[string]edmType{}
	for _, e := range slices.Concat(doc.Schema.EnumTypes, doc.Schema.EntityTypes, doc.Schema.Complex) {
		if _, twice := types[e.Name]; twice {
			t.Errorf("the CSDL has %s twice", e.Name)
		}
		types[e.Name] = e
	}
	return doc, types
}

func TestMetadataHasEveryPropertyAndNoOther(t *testing.T) {
	_, types := readMetadata(t)
	for name, fields := range bodies(t) {
		edm := schemas[name].edm
		if edm == "" {
			continue
		}
		got := map[string]string{}
		for e, ok := types[edm]; ok; e, ok = types[strings.TrimPrefix(e.Base, "graph.")] {
			for _, p := range e.Properties {
				got[p.Name] = p.Type
			}
		}
		if schemas[name].request {
			delete(got, "id")
		}
		for p, f := range fields {
			if strings.HasPrefix(p, "@odata.") {
				continue
			}
			if !edmTakes(f, got[p], types) {
				t.Errorf("%s of %s is %q in the CSDL, want a %s", p, edm, got[p], f.kind)
			}
			delete(got, p)
		}
		if len(got) > 0 {
			t.Errorf("%s in the CSDL has also %v", edm, got)
		}
	}
}

// edmTakes reports whether a property of the CSDL's type can hold a field.
func edmTakes(f field, edm string, types map[string]edmType) bool {
	if f.kind == "array" {
		item, ok := strings.CutPrefix(strings.TrimSuffix(edm, ")"), "Collection(")
		kind := f.of
		if _, ok := schemas[f.of]; ok {
			kind = "object"
		}
		return ok && edmTakes(field{kind: kind, of: f.of}, item, types)
	}
	name, ours := strings.CutPrefix(edm, "graph.")
	_, known := types[name]
	switch f.kind {
	case "any":
		return ours && known
	case "object":
		return ours && known && name == schemas[f.of].edm
	case "string":
		return ours && known || slices.Contains([]string{"Edm.String", "Edm.Guid", "Edm.DateTimeOffset", "Edm.Stream"}, edm)
	case "integer":
		return edm == "Edm.Int32"
	case "boolean":
		return edm == "Edm.Boolean"
	}
	return false
}

func TestMetadataNamesTypesThatItHas(t *testing.T) {
	doc, types := readMetadata(t)
	check := func(where, name string) {
		name = strings.TrimSuffix(strings.TrimPrefix(name, "Collection("), ")")
		if name, ours := strings.CutPrefix(name, "graph."); ours && types[name].Name == "" {
			t.Errorf("%s is of the type %s, which the CSDL does not have", where, name)
		} else if !ours && !strings.HasPrefix(name, "Edm.") {
			t.Errorf("%s is of the type %q", where, name)
		}
	}
	for _, e := range types {
		if e.Base != "" {
			check(e.Name, e.Base)
		}
		for _, p := range slices.Concat(e.Properties, e.Navigation) {
			check(e.Name+"."+p.Name, p.Type)
		}
	}
	for _, a := range doc.Schema.Actions {
		for _, p := range append(a.Parameters, a.Return) {
			check(a.Name+"."+p.Name, p.Type)
		}
	}
	if doc.Schema.Namespace != "microsoft.graph" || len(doc.Schema.Container.Singletons) != 1 {
		t.Errorf("got %s, %v", doc.Schema.Namespace, doc.Schema.Container)
	}
}

// What hangs from dataClassification, read or called, is what the router has there.
func TestMetadataHasEveryCollectionAndAction(t *testing.T) {
	doc, types := readMetadata(t)
	described := map[string]bool{}
	for _, n := range types["dataClassificationService"].Navigation {
		described[n.Name] = true
		if !n.Contains {
			t.Errorf("%s does not contain its items", n.Name)
		}
	}
	bound := map[string]string{}
	for _, a := range doc.Schema.Actions {
		bound[a.Name] = a.Parameters[0].Type
		if a.Parameters[0].Type == "graph.dataClassificationService" {
			described[a.Name] = true
		}
	}
	if bound["cancel"] != "graph.jobResponseBase" {
		t.Errorf("cancel is bound to %q", bound["cancel"])
	}
	served := map[string]bool{}
	for path := range readContract(t).paths {
		if name, ok := strings.CutPrefix(path, "/beta/dataClassification/"); ok {
			name, _, _ = strings.Cut(name, "/")
			served[name] = true
		}
	}
	if diff := cmp.Diff(served, described); diff != "" {
		t.Errorf("-served +described\n%s", diff)
	}
}

func TestActionTakesWhatItsRequestHas(t *testing.T) {
	doc, types := readMetadata(t)
	for _, a := range doc.Schema.Actions {
		request := map[string]string{"classifyText": "textClassificationRequest", "classifyFile": "fileClassificationRequest"}[a.Name]
		if request == "" {
			continue
		}
		got, want := map[string]string{}, map[string]string{}
		for _, p := range a.Parameters[1:] {
			got[p.Name] = p.Type
		}
		for _, p := range types[request].Properties {
			want[p.Name] = p.Type
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -%s +parameters\n%s", a.Name, request, diff)
		}
	}
}

func TestMetadataIsServedUnderEveryVersion(t *testing.T) {
	s := start(t, withTenants)
	for _, version := range []string{"/beta", "/v1.0", ""} {
		a := s.want(200, "GET", version+"/$metadata", "", "Accept: application/xml")
		if !strings.HasPrefix(a.body, "<?xml") || a.Header.Get("Content-Type") != "application/xml" {
			t.Errorf("%s: %s %.40q", version, a.Header.Get("Content-Type"), a.body)
		}
	}
	s.want(200, "GET", "/beta/%24metadata", "", "Accept: application/json")
	s.want(406, "GET", "/beta/$metadata", "", "Accept: text/html")
}
