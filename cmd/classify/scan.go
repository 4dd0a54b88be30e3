package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"
)

// stdin is the argument that stands for standard input.
const stdin = "-"

// scan is what the commands that classify have in common.
type scan struct {
	reporting
	Local bool     `help:"Classify in this process, by the built-in types, without a service."`
	Type  []string `sep:"none" placeholder:"TYPE" help:"Look only for this sensitive type, given by GUID or name. Repeatable."`
}

// reporting is what the commands that show what was found have in common.
type reporting struct {
	output
	FailAt      string `placeholder:"LEVEL" enum:",high,medium,low" default:"" help:"Exit with 3 if something was found with this confidence or a higher one: high, medium or low, which begin at 85, 75 and 65."`
	ShowMatches bool   `help:"Show what matched. Without it all but spaces and punctuation of matches and their evidence is shown as *."`
}

type textCommand struct {
	scan
	Text string `arg:"" optional:"" default:"-" help:"Text to classify; - is standard input, and the default."`
}

func (c *textCommand) Run(ctx context.Context, std *streams, s *service) error {
	text := c.Text
	if text == stdin {
		b, err := io.ReadAll(std.in)
		if err != nil {
			return err
		}
		text = string(b)
	}
	if text == "" {
		return errors.New("the text must not be empty")
	}
	return c.run(ctx, std, s, 1, []source{{name: "text", text: text}})
}

type fileCommand struct {
	scan
	Concurrency int      `default:"4" placeholder:"N" help:"Files that are classified at a time."`
	Hidden      bool     `help:"Classify also what in directories has a name that begins with a dot."`
	Path        []string `arg:"" predictor:"file" help:"Files and directories; - is standard input."`
}

func (c *fileCommand) Run(ctx context.Context, std *streams, s *service) error {
	if c.Concurrency < 1 {
		return errors.New("--concurrency: must be at least 1")
	}
	sources, err := find(c.Path, c.Hidden, std.in)
	if err != nil {
		return err
	}
	return c.run(ctx, std, s, c.Concurrency, sources)
}

// open returns what classifies, by the service or in this process.
func (c *scan) open(ctx context.Context, s *service) (classifier, error) {
	if c.Local {
		l, err := newLocal()
		if err != nil {
			return nil, err
		}
		l.typeIDs, err = typeIDs(ctx, l, c.Type)
		return l, err
	}
	api, err := s.open()
	if err != nil {
		return nil, err
	}
	r := &remote{Client: api}
	r.typeIDs, err = typeIDs(ctx, r, c.Type)
	return r, err
}

// run classifies sources and reports of them in their order.
func (c *scan) run(ctx context.Context, std *streams, s *service, concurrency int, sources []source) error {
	report, err := c.newReport(std)
	if err != nil {
		return err
	}
	by, err := c.open(ctx, s)
	if err != nil {
		return explained(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(concurrency)
	ended := make([]chan *scanned, len(sources))
	for i := range ended {
		ended[i] = make(chan *scanned, 1)
	}
	starting := make(chan struct{})
	go func() {
		defer close(starting)
		for i, src := range sources {
			if gctx.Err() != nil {
				return
			}
			g.Go(func() error {
				got, err := src.classify(gctx, by)
				if err == nil {
					ended[i] <- got
				}
				return err
			})
		}
	}()
	bar := newBar(std.err, len(sources))
	for i := range sources {
		select {
		case got := <-ended[i]:
			_ = bar.Clear() // it is for looks, and the output may go to the same terminal
			err = report.add(got)
			_ = bar.Add(1)
		case <-gctx.Done():
			err = context.Cause(gctx)
		}
		if err != nil {
			break
		}
	}
	_ = bar.Clear()
	cancel() // what is still under way
	<-starting
	_ = g.Wait() // err has its error
	if err = errors.Join(err, by.close()); err != nil {
		return explained(err)
	}
	return report.sum()
}

// newBar shows how many of n are done, where a person looks on.
func newBar(w io.Writer, n int) *progressbar.ProgressBar {
	f, ok := w.(*os.File)
	if !ok || n < 2 || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(int64(n))
	}
	return progressbar.NewOptions(n, progressbar.OptionSetWriter(f), progressbar.OptionShowCount(),
		progressbar.OptionSetDescription("classifying"), progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
}

// explained says what to do about an error where that is known.
func explained(err error) error {
	if refusedKey(err) {
		return fmt.Errorf("%w; classify login stores a key", err)
	}
	return err
}
