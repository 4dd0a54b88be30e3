package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/wire"
)

// pages follows a listing to its end and returns the size of each page and the
// ids in order.
func (s *service) pages(target string, headers ...string) (sizes []int, ids []string) {
	s.t.Helper()
	for target != "" {
		page := decode[wire.Collection[wire.Job]](s.t, s.want(200, "GET", target, "", headers...))
		sizes = append(sizes, len(page.Value))
		for _, j := range page.Value {
			ids = append(ids, j.ID)
		}
		target = page.NextLink
	}
	return sizes, ids
}

func (s *service) submit(n int, jobType string) (ids []string) {
	s.t.Helper()
	for range n {
		ids = append(ids, s.want(201, "POST", jobsPath, `{"type":"`+jobType+`"}`).job(s.t).ID)
	}
	return ids
}

func TestListingComesInPagesNewestFirst(t *testing.T) {
	s := start(t)
	ids := s.submit(7, "a")
	reverse := func(ids []string) (r []string) {
		for _, id := range ids {
			r = append([]string{id}, r...)
		}
		return r
	}
	for _, tt := range []struct {
		query  string
		prefer string
		sizes  []int
		ids    []string
	}{
		{"", "", []int{7}, reverse(ids)},
		{"?$top=3", "", []int{3, 3, 1}, reverse(ids)},
		{"?$top=7", "", []int{7}, reverse(ids)},
		{"?top=4", "", []int{4, 3}, reverse(ids)},
		{"?$TOP=4&$SKIP=2", "", []int{4, 1}, reverse(ids)[2:]},
		{"?$skip=7", "", []int{0}, nil},
		{"?$top=0", "", []int{0}, nil},
		{"?$orderby=creationDateTime&$top=5", "", []int{5, 2}, ids},
		{"?$orderby=creationDateTime+desc", "", []int{7}, reverse(ids)},
		{"", "odata.maxpagesize=4", []int{4, 3}, reverse(ids)},
		{"?$top=2", "odata.maxpagesize=4", []int{2, 2, 2, 1}, reverse(ids)},
		{"?$filter=type%20eq%20'a'&$top=4", "", []int{4, 3}, reverse(ids)},
		{"?$filter=type%20eq%20'b'", "", []int{0}, nil},
	} {
		sizes, got := s.pages(jobsPath+tt.query, "Prefer: "+tt.prefer)
		if diff := cmp.Diff(tt.sizes, sizes); diff != "" {
			t.Errorf("%s %s: pages -want +got\n%s", tt.query, tt.prefer, diff)
		}
		if diff := cmp.Diff(tt.ids, got); diff != "" {
			t.Errorf("%s %s: ids -want +got\n%s", tt.query, tt.prefer, diff)
		}
	}
}

func TestNextLinkIsAbsoluteAndKeepsTheOptions(t *testing.T) {
	s := start(t)
	s.submit(3, "a")
	page := decode[wire.Collection[wire.Job]](t, s.want(200, "GET", "/v1.0/dataClassification/jobs?$top=1&$count=true&$filter=type%20eq%20'a'&skip=1", ""))
	if !strings.HasPrefix(page.NextLink, "http://example.com/v1.0/dataClassification/jobs?") {
		t.Errorf("nextLink is %s", page.NextLink)
	}
	for _, want := range []string{"$top=1", "$count=true", "$filter=type+eq+%27a%27", "$skiptoken="} {
		if !strings.Contains(page.NextLink, want) {
			t.Errorf("nextLink %s has no %s", page.NextLink, want)
		}
	}
	if strings.Contains(page.NextLink, "skip=") || strings.ContainsAny(page.NextLink, "{}") {
		t.Errorf("nextLink is %s", page.NextLink)
	}
	if page.Count == nil || *page.Count != 3 || page.Context != "http://example.com/v1.0/$metadata#dataClassification/jobs" {
		t.Errorf("count %v, context %s", page.Count, page.Context)
	}
}

func TestTokenIsForItsOwnListing(t *testing.T) {
	s := start(t, withTenants)
	const own = "Authorization: own"
	for range 3 {
		s.want(201, "POST", jobsPath, textJob, own)
	}
	next := decode[wire.Collection[wire.Job]](t, s.want(200, "GET", jobsPath+"?$top=1", "", own)).NextLink
	_, token, _ := strings.Cut(next, "$skiptoken=")
	token, _, _ = strings.Cut(token, "&")
	s.want(200, "GET", jobsPath+"?$skipToken="+token, "", own)
	for _, tt := range []struct{ name, target, caller string }{
		{"another tenant", jobsPath + "?$skiptoken=" + token, "Authorization: other"},
		{"another collection", "/beta/dataClassification/classifyTextJobs?$skiptoken=" + token, own},
		{"another filter", jobsPath + "?$filter=type%20eq%20'a'&$skiptoken=" + token, own},
		{"another order", jobsPath + "?$orderby=creationDateTime&$skiptoken=" + token, own},
		{"a damaged token", jobsPath + "?$skiptoken=" + token[:10] + strings.ToLower(token[10:]), own},
		{"a short token", jobsPath + "?$skiptoken=" + token[1:], own},
		{"nonsense", jobsPath + "?$skiptoken=%00", own},
		{"nothing", jobsPath + "?$skiptoken=", own},
	} {
		if p := s.want(400, "GET", tt.target, "", tt.caller).problem(t); p.Target != "$skiptoken" {
			t.Errorf("%s: got %+v", tt.name, p)
		}
	}
}

func TestFilterPicksByStatusAndType(t *testing.T) {
	s := start(t)
	s.submit(3, "a")
	for _, id := range s.submit(2, "b") {
		s.want(200, "POST", jobsPath+"/"+id+"/cancel", "")
	}
	s.want(202, "POST", textPath, textBody)
	for _, tt := range []struct {
		filter string
		want   int
	}{
		{"true", 6},
		{"status eq 'notStarted'", 4},
		{"STATUS EQ 'NOTSTARTED'", 4},
		{"status ne 'canceled'", 4},
		{"status eq 'Completed'", 0},
		{"status in ('canceled','failed')", 2},
		{"not (status in ('canceled', 'failed'))", 4},
		{"type eq 'a'", 3},
		{"type eq 'A'", 0},
		{"type eq 'ClassifyText'", 1},
		{"type eq 'a' or type eq 'b'", 5},
		{"type eq 'it''s'", 0},
		{"type in ('a','b') and type ne 'a'", 2},
		{"type eq 'b' and status eq 'canceled'", 2},
		{"type eq 'a' and status eq 'canceled'", 0},
		{"status eq 'running' and status eq 'failed'", 0},
		{"(type eq 'a' or type eq 'b') and (status eq 'canceled' or status eq 'notStarted')", 5},
		{"type eq 'a' and status eq 'canceled' or type eq 'a' and status eq 'notStarted'", 3},
		{"not (type ne 'a')", 3},
		{"type ne 'a'", 3},
		{"not (type in ('a','ClassifyText'))", 2},
		{"type eq 'a' or status eq 'canceled'", 5},
		{"not (type eq 'a' and status eq 'notStarted')", 3},
		{"startswith(status,'n') or status gt 'r'", 4},
		{"creationDateTime lt 2000-01-01T00:00:00Z", 0},
		{"creationDateTime ge 2000-01-01T00:00:00+01:00 and type ne 'b'", 4},
		{"creationDateTime eq 2000-01-01T00:00:00Z or type eq 'b'", 2},
		{"false", 0},
	} {
		query := strings.NewReplacer(" ", "%20", "'", "%27").Replace(tt.filter)
		if got := s.want(200, "GET", jobsPath+"/$count?$filter="+query, "").body; got != fmt.Sprint(tt.want) {
			t.Errorf("%s: counted %s, want %d", tt.filter, got, tt.want)
		}
		if _, ids := s.pages(jobsPath + "?$top=2&$filter=" + query); len(ids) != tt.want {
			t.Errorf("%s: listed %d, want %d", tt.filter, len(ids), tt.want)
		}
	}
	if got := s.want(200, "GET", "/beta/dataClassification/classifyTextJobs/$count", "").body; got != "1" {
		t.Errorf("classifyTextJobs counts %s", got)
	}
	if _, ids := s.pages("/beta/dataClassification/classifyTextJobs?$filter=type%20eq%20'a'"); len(ids) != 0 {
		t.Errorf("classifyTextJobs lists %v", ids)
	}
}

func TestFilterErrorsNameThePosition(t *testing.T) {
	s := start(t)
	for _, tt := range []struct{ filter, want string }{
		{"status", "at position 7: expected eq"},
		{"status eq running", "at position 11: expected a string in single quotes"},
		{"size gt 5", `at position 1: "size" cannot be filtered on, only id, type, status`},
		{"(status eq 'a'", "at position 15: expected and, or, or )"},
		{"status eq 'ü' type", "at position 15: expected and, or, or the end"},
	} {
		query := strings.NewReplacer(" ", "%20", "'", "%27").Replace(tt.filter)
		p := s.want(400, "GET", jobsPath+"?$filter="+query, "").problem(t)
		if want := "$filter " + tt.want; !strings.HasPrefix(p.Message, want) || p.Target != "$filter" {
			t.Errorf("%s: got %q for %s, want %q", tt.filter, p.Message, p.Target, want)
		}
	}
}

func TestEmptyListingHasAnEmptyValue(t *testing.T) {
	s := start(t, func(o *api.Options) { o.Catalogue = nil })
	for _, path := range []string{jobsPath, "/dataClassification/sensitiveTypes"} {
		if a := s.want(200, "GET", path, ""); !strings.Contains(a.body, `"value":[]`) || strings.Contains(a.body, "nextLink") {
			t.Errorf("%s: got %s", path, a.body)
		}
	}
}

func TestDamagedJobIsLeftOutOfListingsAndToldByItself(t *testing.T) {
	s := start(t)
	ids := s.submit(5, "a")
	rdb := redis.NewUniversalClient(s.redis.Options())
	t.Cleanup(func() { rdb.Close() })
	if err := rdb.HSet(t.Context(), "{s0}:j:"+string(api.DefaultTenant)+"/"+ids[2], "s", "odd").Err(); err != nil {
		t.Fatal(err)
	}
	want := []string{ids[0], ids[1], ids[3], ids[4]}
	for query, sizes := range map[string][]int{"": {4}, "&$top=2": {2, 2}, "&$top=2&$filter=priority eq 'normal'": {2, 2}} {
		gotSizes, got := s.pages(jobsPath + "?$orderby=creationDateTime" + strings.ReplaceAll(query, " ", "%20"))
		if diff := cmp.Diff(want, got) + cmp.Diff(sizes, gotSizes); diff != "" {
			t.Errorf("%q (-want +got):\n%s", query, diff)
		}
	}
	if p := s.want(500, "GET", jobsPath+"/"+ids[2], "").problem(t); p.InnerError.Code != "storeDamaged" {
		t.Errorf("got %+v", p)
	}
}
