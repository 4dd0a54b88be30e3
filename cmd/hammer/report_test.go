package main

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestRatioIsLargerWhenOursIsBetter(t *testing.T) {
	for _, tt := range []struct {
		name       string
		lower      bool
		ours, bare []float64
		want       float64
	}{
		{"a rate twice as high", false, []float64{200}, []float64{100}, 2},
		{"a latency half as long", true, []float64{1}, []float64{2}, 2},
		{"each round beside its own", false, []float64{10, 100, 30}, []float64{10, 50, 10}, 2},
		{"an even number of rounds", false, []float64{1, 3}, []float64{1, 1}, 2},
	} {
		r := row{Lower: tt.lower}
		r.fill(tt.ours, tt.bare)
		if math.Abs(r.Ratio-tt.want) > 1e-9 {
			t.Errorf("%s: ratio of %v and %v = %v, want %v", tt.name, tt.ours, tt.bare, r.Ratio, tt.want)
		}
	}
}

func TestGoalIsMetByRatioOrByLimit(t *testing.T) {
	for _, tt := range []struct {
		row  row
		want string
	}{
		{row{Ratio: 0.9}, ""},
		{row{Ratio: 0.9, Goal: 1}, "no"},
		{row{Ratio: 1, Goal: 1}, "yes"},
		{row{Ours: 3, Ratio: 100, Limit: 2}, "no"},
		{row{Ours: 2, Ratio: 0.1, Limit: 2}, "yes"},
	} {
		if got := tt.row.met(); got != tt.want {
			t.Errorf("met of %+v = %q, want %q", tt.row, got, tt.want)
		}
	}
}

func TestQuantileIsOneOfTheValues(t *testing.T) {
	sorted := []time.Duration{1, 2, 3, 4}
	for _, tt := range []struct {
		q    float64
		want time.Duration
	}{{0, 1}, {0.5, 2}, {0.51, 3}, {0.99, 4}, {1, 4}} {
		if got := quantile(sorted, tt.q); got != tt.want {
			t.Errorf("quantile(%v, %v) = %v, want %v", sorted, tt.q, got, tt.want)
		}
	}
}

func TestLimitIsAGoalForTheRatioToo(t *testing.T) {
	for _, tt := range []struct {
		ours float64
		want string
	}{{1.9, "yes"}, {2, "yes"}, {2.1, "no"}} {
		r := row{Lower: true, Limit: 2}
		r.fill([]float64{tt.ours}, []float64{100})
		if r.Goal != 50 || r.met() != tt.want || (r.Ratio >= r.Goal) != (tt.want == "yes") {
			t.Errorf("%v of at most 2: ratio %v, goal %v, met %q, want %q", tt.ours, r.Ratio, r.Goal, r.met(), tt.want)
		}
	}
}

func TestJSONHasEachRowWithItsRatioAndGoal(t *testing.T) {
	tab := table{Rows: []row{{Name: "a", Ours: 2, Bare: 1, Ratio: 2}}}
	var out strings.Builder
	if err := tab.writeJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got struct{ Rows []map[string]any }
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"name": "a", "unit": "", "ours": 2.0, "bare": 1.0, "ratio": 2.0, "goal": 0.0, "rounds": 0.0}
	if diff := cmp.Diff([]map[string]any{want}, got.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestQuickMeasuresTheMainFigures(t *testing.T) {
	names := func(b *bench) (names []string) {
		for _, c := range b.plan() {
			names = append(names, c.name)
		}
		return names
	}
	if diff := cmp.Diff([]string{"post", "submit", "drain", "idle-8"}, names(&bench{Quick: true, Rounds: 5, Only: "all"})); diff != "" {
		t.Errorf("contests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"list"}, names(&bench{Rounds: 1, Only: "list"})); diff != "" {
		t.Errorf("contests with --only list (-want +got):\n%s", diff)
	}
}

func TestBusyMachineGetsOneRoundAtLeast(t *testing.T) {
	jobtest.NeedRedis(t)
	ran := 0
	count := func(context.Context, *arena) ([]float64, error) {
		ran++
		return []float64{1}, nil
	}
	rows, err := (&bench{}).contest(t.Context(), contest{rows: []row{{Name: "a"}}, rounds: 3, ours: count, bare: count}, time.Now(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if ran != 2 || len(rows) != 1 || rows[0].Rounds != 1 {
		t.Errorf("%d runs, rows %+v, want one round of both sides", ran, rows)
	}
}

func TestProxyHoldsAnswersBack(t *testing.T) {
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	go func() {
		if c, err := echo.Accept(); err == nil {
			_, _ = io.Copy(c, c)
			_ = c.Close()
		}
	}()
	const latency = 20 * time.Millisecond
	p, err := startProxy(echo.Addr().String(), latency)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	c, err := net.Dial("tcp", p.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	start := time.Now()
	if _, err := io.WriteString(c, "hello"); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 5)
	if _, err := io.ReadFull(c, buf); err != nil || string(buf) != "hello" {
		t.Fatalf("read %q, %v", buf, err)
	}
	if took := time.Since(start); took < latency {
		t.Errorf("an answer after %v, want no sooner than %v", took, latency)
	}
}
