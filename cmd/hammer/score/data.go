package score

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxLine is the longest line of a data file, in bytes.
const maxLine = 16 << 20

// A strength is what a labelled text claims.
type strength string

const (
	strong   strength = "strong"   // its spans are to be found as they stand
	weak     strength = "weak"     // its spans are to be found beside a word of evidence
	negative strength = "negative" // it holds nothing
	sentence strength = "sentence" // its spans, of many entities, are all there is in it
)

// A sample is one labelled text.
type sample struct {
	file     string
	line     int
	text     string
	strength strength
	entity   string // that the text was made for; none for a sentence
	spans    []span
	conflict bool // its label contradicts the published check digit
}

// A span is where something stands, in UTF-16 code units.
type span struct {
	entity     string
	start, end int
}

// A line of a data file is a recogniser's case, which has an entity, or a
// sentence, which has spans. Offsets count code points.
type line struct {
	Text     *string   `json:"text"`
	Entity   string    `json:"entity"`
	Expected [][2]int  `json:"expected"`
	Strength strength  `json:"strength"`
	Conflict bool      `json:"checksum_conflict"`
	Spans    *[]labels `json:"spans"`
}

type labels struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Type  string `json:"type"`
}

// read returns the samples of all files, and of every *.jsonl below a directory.
func read(paths []string) ([]sample, error) {
	var all []sample
	for _, path := range paths {
		before := len(all)
		err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || file != path && filepath.Ext(file) != ".jsonl" {
				return err
			}
			samples, err := readFile(file)
			all = append(all, samples...)
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(all) == before {
			return nil, fmt.Errorf("%s: no labelled text in it", path)
		}
	}
	return all, nil
}

func readFile(path string) ([]sample, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []sample
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		s, err := parse(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		s.file, s.line = path, n
		all = append(all, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", path, n+1, err)
	}
	return all, nil
}

// parse reads one line. Its errors never quote it, since the text may be private.
func parse(b []byte) (sample, error) {
	var l line
	if json.Unmarshal(b, &l) != nil {
		return sample{}, fmt.Errorf("not a labelled text in JSON")
	}
	if l.Text == nil {
		return sample{}, fmt.Errorf("no text")
	}
	s := sample{text: *l.Text, strength: l.Strength, entity: strings.ToUpper(l.Entity), conflict: l.Conflict}
	labelled := l.Spans
	switch {
	case l.Entity != "":
		if s.strength != strong && s.strength != weak && s.strength != negative {
			return sample{}, fmt.Errorf("strength is none of strong, weak and negative")
		}
		labelled = new([]labels)
		for _, e := range l.Expected {
			*labelled = append(*labelled, labels{e[0], e[1], s.entity})
		}
		if (s.strength == negative) != (len(*labelled) == 0) {
			return sample{}, fmt.Errorf("a %s case with %d spans", s.strength, len(*labelled))
		}
	case labelled != nil:
		s.strength = sentence
	default:
		return sample{}, fmt.Errorf("neither an entity nor spans")
	}
	at := units(s.text)
	for _, e := range *labelled {
		if e.Start < 0 || e.End <= e.Start || e.End >= len(at) {
			return sample{}, fmt.Errorf("span %d to %d lies outside of the text", e.Start, e.End)
		}
		s.spans = append(s.spans, span{strings.ToUpper(e.Type), at[e.Start], at[e.End]})
	}
	return s, nil
}

// units returns the offset in UTF-16 code units of every code point of text and
// of its end.
func units(text string) []int {
	at, n := make([]int, 0, len(text)+1), 0
	for _, r := range text {
		at = append(at, n)
		n++
		if r > 0xffff {
			n++
		}
	}
	return append(at, n)
}
