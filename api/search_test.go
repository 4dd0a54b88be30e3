package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/wire"
)

// names are the properties of the entities in a page, or of one entity.
func names(t *testing.T, a answer) (names []string) {
	t.Helper()
	entity := decode[map[string]any](t, a)
	if page, ok := entity["value"].([]any); ok {
		entity = page[0].(map[string]any)
	}
	for name := range entity {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestFilterThatNoIndexServesAsksEachJob(t *testing.T) {
	s := start(t)
	ids := s.submit(6, "a")
	s.want(200, "POST", jobsPath+"/"+ids[1]+"/cancel", "")
	s.want(201, "POST", jobsPath, `{"type":"b","priority":"high"}`)
	for _, tt := range []struct {
		filter string
		want   int
	}{
		{"priority eq 'High'", 1},
		{"priority ne 'high'", 6},
		{"priority gt 'high'", 6},
		{"startswith(type,'a') and status eq 'notStarted'", 5},
		{"not startswith(type,'a')", 1},
		{"endDateTime eq null", 6},
		{"endDateTime gt 2020-01-01T00:00:00Z", 1},
		{"startDateTime eq null and endDateTime ne null", 1},
		{"id eq '" + strings.ToUpper(ids[2]) + "'", 1},
		{"id in ('" + ids[2] + "','" + ids[3] + "','" + anID + "') and type eq 'a'", 2},
		{"id ne '" + ids[2] + "'", 6},
		{"id eq '" + ids[1] + "' and status eq 'notStarted'", 0},
		{"status eq 'canceled' or priority eq 'high'", 2},
	} {
		if _, got := s.pages(jobsPath + "?$top=2&$filter=" + url.QueryEscape(tt.filter)); len(got) != tt.want {
			t.Errorf("%s: listed %d, want %d", tt.filter, len(got), tt.want)
		}
	}
}

func TestFilterThatNoIndexServesLooksAtFewJobsAPage(t *testing.T) {
	s := start(t, func(o *api.Options) { o.MaxLooks, o.Deadline = 3, time.Minute })
	all := s.submit(11, "a")
	filter := "?$filter=" + url.QueryEscape("priority eq 'high' or endDateTime ne null")
	s.want(200, "POST", jobsPath+"/"+all[0]+"/cancel", "")
	s.want(200, "POST", jobsPath+"/"+all[9]+"/cancel", "")
	for _, tt := range []struct {
		query string
		sizes []int
		ids   []string
	}{
		{"", []int{1, 0, 0, 1}, []string{all[9], all[0]}},
		{"&$top=1", []int{1, 0, 0, 1}, []string{all[9], all[0]}},
		{"&$skip=1", []int{0, 0, 0, 1}, []string{all[0]}},
		{"&$skip=2", []int{0, 0, 0, 0}, nil},
		{"&$orderby=creationDateTime", []int{1, 0, 0, 1}, []string{all[0], all[9]}},
	} {
		sizes, ids := s.pages(jobsPath + filter + tt.query)
		if diff := cmp.Diff(tt.sizes, sizes); diff != "" {
			t.Errorf("%s: pages -want +got\n%s", tt.query, diff)
		}
		if diff := cmp.Diff(tt.ids, ids); diff != "" {
			t.Errorf("%s: ids -want +got\n%s", tt.query, diff)
		}
	}
}

func TestFilterThatNamesIDsLooksThemUp(t *testing.T) {
	s := start(t, func(o *api.Options) { o.MaxLooks = 3 })
	all := s.submit(9, "a")
	text := s.want(201, "POST", jobsPath, textJob).job(t).ID
	filter := url.QueryEscape("id in ('" + strings.Join([]string{all[4], "no id", all[0], anID, text, all[8]}, "','") + "')")
	for _, tt := range []struct {
		path string
		want []string
	}{
		{jobsPath + "?$filter=" + filter, []string{text, all[8], all[4], all[0]}},
		{jobsPath + "?$top=1&$filter=" + filter, []string{text, all[8], all[4], all[0]}},
		{jobsPath + "?$top=1&$orderby=creationDateTime&$filter=" + filter, []string{all[0], all[4], all[8], text}},
		{jobsPath + "?$skip=3&$filter=" + filter, []string{all[0]}},
		{jobsPath + "?$filter=type%20eq%20'a'%20and%20" + filter, []string{all[8], all[4], all[0]}},
		{"/beta/dataClassification/classifyTextJobs?$filter=" + filter, []string{text}},
	} {
		if _, got := s.pages(tt.path); !slices.Equal(got, tt.want) {
			t.Errorf("%s: listed %v, want %v", tt.path, got, tt.want)
		}
	}
}

// TestPagingShowsEachJobOnce follows listings while, between their pages, jobs
// come, move from one part of the filter to another, and go.
func TestPagingShowsEachJobOnce(t *testing.T) {
	for _, query := range []string{
		"?$top=3",
		"?$top=3&$orderby=creationDateTime",
		"?$top=3&$filter=status eq 'notStarted' or status eq 'canceled' and type eq 'a'",
		"?$top=3&$filter=priority eq 'normal' and status ne 'failed'",
		"?$top=3&$filter=not (type eq 'b' or priority eq 'low')&$orderby=creationDateTime asc",
	} {
		s := start(t)
		stays, moves, goes := s.submit(4, "a"), s.submit(6, "a"), s.submit(4, "a")
		seen := map[string]int{}
		target := jobsPath + strings.ReplaceAll(query, " ", "%20")
		for n := 0; target != "" && n < 30; n++ {
			page := decode[wire.Collection[wire.Job]](t, s.want(200, "GET", target, ""))
			for _, j := range page.Value {
				seen[j.ID]++
			}
			target = page.NextLink
			if n < len(moves) {
				s.want(200, "POST", jobsPath+"/"+moves[n]+"/cancel", "")
			}
			if n < len(goes) {
				s.want(204, "DELETE", jobsPath+"/"+goes[n], "")
			}
			if n < 5 {
				s.submit(1, "a")
			}
		}
		if target != "" {
			t.Errorf("%s: no end", query)
		}
		for _, id := range slices.Concat(stays, moves) {
			if seen[id] != 1 {
				t.Errorf("%s: a job that was there all the while was listed %d times", query, seen[id])
			}
		}
		for id, n := range seen {
			if n > 1 {
				t.Errorf("%s: %s was listed %d times", query, id, n)
			}
		}
	}
}

func TestSelectShowsNothingElse(t *testing.T) {
	s := start(t)
	id := s.submit(1, "a")[0]
	annotations := []string{"@odata.etag", "@odata.type"}
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"?$select=id,status", []string{"id", "status"}},
		{"?select=STATUS", []string{"status"}},
		{"?$select=result,endDateTime", nil},
		{"?$select=progress", []string{"progress"}},
		{"?$select=*", []string{"attempts", "creationDateTime", "id", "priority", "progress", "status", "tenantId", "type"}},
	} {
		want := slices.Concat(annotations, tt.want)
		if diff := cmp.Diff(want, names(t, s.want(200, "GET", jobsPath+tt.query, ""))); diff != "" {
			t.Errorf("%s of a listing: -want +got\n%s", tt.query, diff)
		}
		want = slices.Concat([]string{"@odata.context"}, want)
		if diff := cmp.Diff(want, names(t, s.want(200, "GET", jobsPath+"/"+id+tt.query, ""))); diff != "" {
			t.Errorf("%s of a job: -want +got\n%s", tt.query, diff)
		}
	}
	a := decode[wire.Job](t, s.want(200, "GET", jobsPath+"/"+id+"?$select=id,status", ""))
	if want := "http://example.com/beta/$metadata#dataClassification/jobs(id,status)/$entity"; a.Context != want {
		t.Errorf("context is %s, want %s", a.Context, want)
	}
	types := "/beta/dataClassification/sensitiveTypes"
	if diff := cmp.Diff([]string{"name"}, names(t, s.want(200, "GET", types+"?$select=name&$top=1", ""))); diff != "" {
		t.Errorf("of types: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"@odata.context", "id"}, names(t, s.want(200, "GET", types+"/"+cardID+"?$select=id", ""))); diff != "" {
		t.Errorf("of a type: -want +got\n%s", diff)
	}
}

func TestAcceptSaysHowMuchMetadata(t *testing.T) {
	s := start(t)
	id := s.submit(1, "a")[0]
	plain := []string{"attempts", "creationDateTime", "id", "priority", "progress", "status", "tenantId", "type"}
	minimal := append([]string{"@odata.etag", "@odata.type"}, plain...)
	full := append([]string{"@odata.editLink", "@odata.etag", "@odata.id", "@odata.type", "creationDateTime@odata.type"}, plain...)
	slices.Sort(full)
	for _, tt := range []struct {
		accept, metadata string
		want             []string
	}{
		{"*/*", "minimal", minimal},
		{"application/json", "minimal", minimal},
		{"application/json;odata.metadata=none", "none", plain},
		{"Application/JSON; OData.Metadata=FULL; charset=utf-8", "full", full},
		{"text/html, application/json;odata.metadata=none;q=0.5, */*;q=0.1", "none", plain},
		{"application/json;odata.metadata=full;q=0.5, application/json;odata.metadata=none", "none", plain},
		{"application/json;odata.metadata=minimal;q=0, application/json", "none", plain},
		{"application/*;q=0.1", "minimal", minimal},
	} {
		a := s.want(200, "GET", jobsPath, "", "Accept: "+tt.accept)
		if diff := cmp.Diff(tt.want, names(t, a)); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.accept, diff)
		}
		if want := "application/json;odata.metadata=" + tt.metadata + ";odata.streaming=true;IEEE754Compatible=false;charset=utf-8"; a.Header.Get("Content-Type") != want {
			t.Errorf("%s: Content-Type is %s", tt.accept, a.Header.Get("Content-Type"))
		}
		if strings.Contains(a.body, "@odata.context") == (tt.metadata == "none") {
			t.Errorf("%s: got %s", tt.accept, a.body)
		}
	}
	page := decode[wire.Collection[json.RawMessage]](t, s.want(200, "GET", jobsPath+"?$top=1&$count=true", "", "Accept: application/json;odata.metadata=none"))
	if page.Count == nil || *page.Count != 1 {
		t.Errorf("count without metadata is %v", page.Count)
	}
	a := decode[map[string]any](t, s.want(200, "GET", "/v1.0/dataClassification/jobs/"+id, "", "Accept: application/json;odata.metadata=full"))
	if want := "http://example.com/v1.0/dataClassification/jobs/" + id; a["@odata.id"] != want || a["@odata.editLink"] != want || a["creationDateTime@odata.type"] != "#DateTimeOffset" {
		t.Errorf("full metadata is %v, want %s", a, want)
	}
	for _, accept := range []string{"text/html", "application/json;odata.metadata=some", "application/json;q=0", "*/*;q=0", "application/xml, text/*", ";;;", "application/json;q=x"} {
		s.want(406, "GET", jobsPath, "", "Accept: "+accept)
	}
	for accept, status := range map[string]int{"text/plain": 200, "text/*;q=0.1": 200, "application/json": 200, "image/png": 406} {
		if a := s.want(status, "GET", jobsPath+"/$count", "", "Accept: "+accept); status == 200 && (a.body != "1" || a.Header.Get("Content-Type") != "text/plain") {
			t.Errorf("%s: count is %s %q", accept, a.Header.Get("Content-Type"), a.body)
		}
	}
}

func TestResultSurvivesASelection(t *testing.T) {
	// Twice the same name, and deeper than what is taken as a request.
	result := `{"a":1,"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`
	v := wire.View{Select: []string{"result"}, Metadata: wire.MinimalMetadata}
	got, err := v.Of(wire.Job{ODataType: wire.JobType, Result: json.RawMessage(result)}, "")
	if want := `{"@odata.type":"` + wire.JobType + `","result":` + result + `}`; err != nil || string(got.(json.RawMessage)) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	none := wire.View{Select: []string{"result"}, Metadata: wire.NoMetadata}
	if got, err := none.Of(wire.Job{}, ""); err != nil || fmt.Sprintf("%s", got) != "{}" {
		t.Errorf("got %s, %v, want {}", got, err)
	}
}
