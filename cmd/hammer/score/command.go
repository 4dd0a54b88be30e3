// Package score tells how well the built-in types find what labelled data holds.
//
// The data are JSON lines of two kinds. A recogniser's case is
// {"entity", "text", "expected": [[start, end]], "strength"}: a text that holds
// one entity only. Strong spans must be found as they stand, weak ones when the
// first of the type's words of evidence is put in front of the text, and a text
// whose strength is negative must not be reported. A case with
// "checksum_conflict": true is counted and set aside. A sentence is
// {"text", "spans": [{"start", "end", "type"}]}: all its entities are labelled.
// Offsets count code points.
//
// A span is found when a match of a type that finds its entity begins and ends
// exactly where it does, at confidence 65 or more. A negative case is refused
// when no such type reports anything in it at 75 or more. In the cases only the
// types of their entity are looked for, as a caller does who knows what he
// looks for; "among all types" is the share of strong and weak spans found when
// every type is looked for. In sentences every type is looked for. Precision is
// the share of labelled spans among the matches: of cases at 75 or more, of
// sentences at 65 or more.
package score

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
)

// Command is the command that scores.
type Command struct {
	Data   []string          `arg:"" help:"Files of labelled texts as JSON lines, or directories of *.jsonl." type:"existingpath"`
	JSON   bool              `name:"json" help:"Print the report as JSON."`
	Misses bool              `help:"List every expectation that was not met: file, line, entity and reason."`
	Text   bool              `help:"List the texts of the misses too. They may be private."`
	Entity map[string]string `help:"Score an entity by this sensitive type, given by name or ID." placeholder:"NAME=TYPE"`
}

// Run scores the data and prints the report. It is an error not to reach a goal.
func (c *Command) Run(ctx context.Context) error {
	samples, err := read(c.Data)
	if err != nil {
		return err
	}
	e, err := classify.New(types.All())
	if err != nil {
		return err
	}
	sc, err := newScorer(e, c.Entity)
	if err != nil {
		return err
	}
	if err := sc.scoreAll(ctx, samples); err != nil {
		return err
	}
	r := sc.report()
	r.keep(c.Misses || c.Text, c.Text)
	write := r.writeText
	if c.JSON {
		write = r.writeJSON
	}
	if err := write(os.Stdout); err != nil {
		return err
	}
	if missed := r.missed(); len(missed) > 0 {
		return errors.New("not reached: " + strings.Join(missed, "; "))
	}
	return nil
}
