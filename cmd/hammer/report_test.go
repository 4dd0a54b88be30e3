package main

import (
	"math"
	"testing"
	"time"
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
