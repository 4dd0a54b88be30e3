// Command hammer measures classifyd. Its bench runs our queue and bare asynq
// side by side, in turns, on a Redis server that it starts for itself. Its load
// drives a running service at a fixed rate. Its score tells how much of what
// labelled data holds the detection engine finds.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/classifyd/classifyd/cmd/hammer/load"
	"github.com/classifyd/classifyd/cmd/hammer/score"
)

type commands struct {
	Bench       bench        `cmd:"" help:"Measure our queue beside bare asynq, on a Redis server of its own."`
	Load        load.Command `cmd:"" help:"Drive a running service at a fixed rate, and tell how long it takes to answer."`
	FleetWorker fleetWorker  `cmd:"" hidden:""`
	WaitersHost waitersHost  `cmd:"" hidden:""`

	Score score.Command `cmd:"" help:"Score the detection engine on labelled data, against its goals."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := kong.Parse(&commands{}, kong.Name("hammer"), kong.Description("Load, side-by-side benchmarks and scores for classifyd."),
		kong.UsageOnError(), kong.Vars{"contests": contestNames()}, kong.BindTo(ctx, (*context.Context)(nil)))
	run.FatalIfErrorf(run.Run())
}
