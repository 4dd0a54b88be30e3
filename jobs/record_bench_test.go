package jobs

import "testing"

// What every submission, claim and read does outside Redis.

func BenchmarkIdentify(b *testing.B) {
	q := &Queue{salt: make([]byte, 16)}
	for name, sub := range map[string]Submission{
		"new": benchSubmission,
		"key": {Tenant: "bench", Type: "bench", Request: benchContent, Key: "8b7c1f0e"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				q.identify(&sub)
			}
		})
	}
}

func BenchmarkEncodeMeta(b *testing.B) {
	sub := benchSubmission
	b.ReportAllocs()
	for b.Loop() {
		encodeMeta(&sub, "123456789012345", laneNormal, "-")
	}
}

func BenchmarkDecode(b *testing.B) {
	sub := benchSubmission
	head := "r n 123456789012346 2 1 0 0 1700000000000000 0 0 0 bench"
	meta := "1700000000000000 " + encodeMeta(&sub, "123456789012345", laneNormal, "-")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode("bench/0190163d-8694-739b-aea5-966c26f8ad91", head, meta); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkChooseLane(b *testing.B) {
	s := newShares(100)
	b.ReportAllocs()
	for b.Loop() {
		s.note("bench", s.lane("bench", Normal), "bench", 1)
	}
}
